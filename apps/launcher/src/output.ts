/** Where a part's lines go: each is told with the part's name before it. */
export type Say = (name: string, text: string) => void;

const COLOURS = [36, 35, 33, 32, 34, 31];

const WIDTH = "email_client".length;

/**
 * Writes lines with a name before them, each name in a colour of its own when `colour` is on. A line that is an entry of
 * our JSON log is made short for people: time, level when it is worth one, message, and the rest as name=value.
 */
export function createOutput(write: (text: string) => void, colour: boolean): Say {
  const known: string[] = [];
  const paint = (code: number, text: string) => (colour ? `\u001B[${code}m${text}\u001B[0m` : text);
  return (name, text) => {
    if (!known.includes(name)) known.push(name);
    const prefix = paint(
      COLOURS[known.indexOf(name) % COLOURS.length] ?? 36,
      `${name.padEnd(WIDTH)} |`,
    );
    for (const line of text.split("\n").flatMap((each) => readable(each, paint))) {
      write(`${prefix} ${line}\n`);
    }
  };
}

function readable(line: string, paint: (code: number, text: string) => string): string[] {
  const entry = logEntry(line);
  if (!entry) return [printable(line)];
  const { time, level, msg, service: _, err, ...rest } = entry;
  const clock = /T(\d\d:\d\d:\d\d)/.exec(String(time))?.[1] ?? "";
  const told = Object.entries(rest).map(([name, value]) => `${name}=${asText(value)}`);
  const words = [
    paint(2, clock),
    LEVEL[String(level)]?.(paint),
    printable(String(msg ?? "")),
    told.length > 0 && paint(2, printable(told.join(" "))),
  ];
  return [words.filter((word) => word).join(" "), ...linesOf(err).map(printable)];
}

/** What it says and where it was, as our log writes errors down (`describeError` of the platform). */
function linesOf(error: unknown): string[] {
  if (typeof error !== "object" || error === null) return [];
  const { type, message, query, code, stack, cause } = error as Record<string, unknown>;
  const said = [message ?? query, code !== undefined && `(${asText(code)})`].filter(Boolean);
  const head = said.length > 0 ? [`${asText(type ?? "Error")}: ${said.map(asText).join(" ")}`] : [];
  const places = Array.isArray(stack) ? stack.map((place) => `    ${asText(place)}`) : [];
  return [...head, ...places, ...linesOf(cause)];
}

/** What a log quotes may come from anybody, and a terminal obeys control characters. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (character) =>
    character === "\t" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const LEVEL: Record<string, (paint: (code: number, text: string) => string) => string> = {
  warn: (paint) => paint(33, "warning"),
  error: (paint) => paint(31, "error"),
  fatal: (paint) => paint(31, "fatal"),
};

function logEntry(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    return "level" in entry && "msg" in entry ? entry : undefined;
  } catch {
    return undefined;
  }
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
