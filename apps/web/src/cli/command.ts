import type { Context } from "../context.ts";

/** One command of the CLI. */
export interface Command {
  /** Its name and arguments, as a person types them. */
  usage: string;
  does: string;
  /** What may be said to it by `--name`: with a text behind it, or by itself. */
  options?: Readonly<Record<string, "text" | "flag">>;
  /** How many words may follow its name; none unless it says so. */
  words?: number;
  /** Answers with the exit code. Throws `CommandError` for what the person can mend. */
  run(given: Given, tools: Tools): Promise<number>;
}

/** What was said to a command: nothing in it is unknown to it. */
export interface Given {
  words: string[];
  texts: Readonly<Record<string, string | undefined>>;
  flags: string[];
}

export interface Tools {
  context: Context;
  print(line: string): void;
}

/** A sentence for the person at the shell; told without a stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
