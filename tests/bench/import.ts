import { finished } from "node:stream/promises";
import { until } from "@mailwright/testing";
import { type BenchInstallation, startBenchInstallation } from "./installation.ts";
import { peakMemoryMb } from "./memory.ts";
import { processorMeter } from "./processor-time.ts";

interface Import {
  id: string;
  state: string;
  rows: number;
  inserted: number;
}

/** Enough for the code to be compiled that the imports run through; what is measured is a web that has been up for a while. */
const WARM_UP_ROWS = 20_000;

/**
 * A CSV of that many new people in five columns, from the first byte of the upload to the last contact: every row is
 * parsed, validated and looked for among the others. Then as many others, into a segment. `bare_copy_rows_per_s` is what
 * Postgres takes of them by itself, with the same indexes, and `ratio` is to that.
 */
export async function benchImport(rows: number) {
  await using installation = await startBenchInstallation();
  const segment = await installation.api<{ id: string }>("POST", "/segments", { name: "Imported" });
  await importInto(installation, csvOf("warm", WARM_UP_ROWS), WARM_UP_ROWS);
  const { web, postgres } = installation.pids();
  const used = processorMeter({ web, postgres });
  const seconds = await importInto(installation, csvOf("person", rows), rows);
  const costs = used(rows);
  const secondsIntoSegment = await importInto(
    installation,
    csvOf("member", rows),
    rows,
    `?segment_id=${segment.id}`,
  );
  const bare = await bareCopy(installation, csvOf("bare", rows), rows);
  return {
    rows,
    seconds: rounded(seconds),
    rows_per_s: Math.round(rows / seconds),
    bare_copy_rows_per_s: Math.round(bare),
    ratio: rounded(rows / seconds / bare),
    rows_per_s_into_segment: Math.round(rows / secondsIntoSegment),
    rss_web_mb: peakMemoryMb(installation.web.pid),
    ...costs,
  };
}

/** Imports a file by the API; answers how many seconds that took. */
async function importInto(
  { api, web, token }: BenchInstallation,
  csv: string,
  rows: number,
  query = "",
): Promise<number> {
  const begin = performance.now();
  const response = await fetch(`${web.url}/api/v1/imports${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "text/csv" },
    body: csv,
  });
  const { id } = (await response.json()) as Import;
  // Asking costs the same processors: ten times a second is a fiftieth of what is measured, at most.
  const done = await until(
    async () => {
      const now = await api<Import>("GET", `/imports/${id}`);
      return now.state !== "running" && now;
    },
    { what: "the import to end", timeoutMs: 600_000, everyMs: 100 },
  );
  const seconds = (performance.now() - begin) / 1000;
  if (done.state !== "done" || done.inserted !== rows)
    throw new Error(`the import ended so: ${JSON.stringify(done)}`);
  return seconds;
}

/**
 * Rows a second that the two connections take that an import writes by, of rows that need no checking: a COPY each, into a
 * table with all that makes a contact dear, and nobody in it yet.
 */
async function bareCopy({ sql }: BenchInstallation, csv: string, rows: number): Promise<number> {
  await sql`CREATE TABLE bare_contact (LIKE contact INCLUDING ALL)`;
  const lines = csv.trimEnd().split("\n").slice(1);
  const halves = [lines.slice(0, rows / 2), lines.slice(rows / 2)].map((half) =>
    half.map(bareRow).join(""),
  );
  const begin = performance.now();
  await Promise.all(
    halves.map(async (half) => {
      const copy = sql`COPY bare_contact (email, canonical_email, first_name, last_name, attributes) FROM STDIN`;
      await finished((await copy.writable()).end(half));
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  const [{ copied } = { copied: 0 }] = await sql<
    { copied: number }[]
  >`SELECT count(*)::integer AS copied FROM bare_contact`;
  if (copied !== rows) throw new Error(`${copied} of ${rows} rows were copied`);
  return rows / seconds;
}

/** A line of the file as COPY reads it. */
function bareRow(line: string): string {
  const [, email = "", first, last, town, plan] =
    /^([^,]*),([^,]*),([^,]*),"([^"]*)",(.*)$/.exec(line) ?? [];
  const attributes = JSON.stringify({ town, plan });
  return `${[email, email.toLowerCase(), first, last, attributes].join("\t")}\n`;
}

function csvOf(who: string, rows: number): string {
  const lines = Array.from({ length: rows }, (_, n) => {
    const first = FIRST_NAMES[n % FIRST_NAMES.length];
    const last = LAST_NAMES[(n >> 4) % LAST_NAMES.length];
    return `${first}.${last}.${who}${n}@Example.com,${first},${last},"Town ${n % 997}, PL",plan ${n % 7}`;
  });
  return `email,first_name,last_name,town,plan\n${lines.join("\n")}\n`;
}

const FIRST_NAMES =
  "Ada Bo Chloé Dmitri Esra Finn Grażyna Hugo Ines Jun Kai Łucja Mo Nia Oskar Priya".split(" ");
const LAST_NAMES =
  "Abe Brown Çelik Díaz Evans Fuchs García Horváth Ito Jensen Kowalska Lee Müller Nowak Öz Patel Quinn".split(
    " ",
  );

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
