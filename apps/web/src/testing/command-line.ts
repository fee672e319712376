import type { Command, Given } from "../cli/command.ts";
import { readCommandLine } from "../cli/command-line.ts";

/** What a command is given by the words behind its name on a line. For tests. */
export function givenTo(command: Command, args: readonly string[]): Given {
  const asked = readCommandLine({ it: command }, ["it", ...args]);
  if (asked.kind === "run") return asked.given;
  throw new Error(asked.kind === "wrong" ? asked.why : "it asks for help");
}
