import { parseArgs } from "node:util";
import type { Command, Given } from "./command.ts";

/** What a line asks for. `wrong` is a line that no command understands, and why. */
export type Asked =
  | { kind: "help" }
  | { kind: "wrong"; why: string }
  | { kind: "run"; command: Command; given: Given };

/**
 * Reads a line before anything is done about it. Whoever asks for help, wherever in the line, gets that and nothing else: to
 * migrate is not to be found out about by doing it.
 */
export function readCommandLine(
  commands: Readonly<Record<string, Command>>,
  [name, ...args]: readonly string[],
): Asked {
  if (name === undefined || name === "help" || [name, ...args].some(asksForHelp))
    return { kind: "help" };
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return { kind: "wrong", why: `There is no command “${name}”.` };
  try {
    const given = givenTo(command, args);
    const more = given.words[command.words ?? 0];
    return more === undefined
      ? { kind: "run", command, given }
      : { kind: "wrong", why: `“${more}” means nothing to ${name}.` };
  } catch (error) {
    return { kind: "wrong", why: (error as Error).message };
  }
}

function asksForHelp(argument: string): boolean {
  return argument === "--help" || argument === "-h";
}

function givenTo({ options = {} }: Command, args: string[]): Given {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, takes]) => [
        name,
        { type: takes === "text" ? ("string" as const) : ("boolean" as const) },
      ]),
    ),
  });
  const said = Object.entries(values);
  return {
    words: positionals,
    texts: Object.fromEntries(
      said.flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
    ),
    flags: said.flatMap(([name, value]) => (value === true ? [name] : [])),
  };
}
