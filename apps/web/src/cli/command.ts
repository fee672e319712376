import type { Context } from "../context.ts";

/** One command of the CLI. */
export interface Command {
  /** Its name and arguments, as a person types them. */
  usage: string;
  does: string;
  /** Answers with the exit code. Throws `CommandError` for what the person can mend. */
  run(args: string[], tools: Tools): Promise<number>;
}

export interface Tools {
  context: Context;
  print(line: string): void;
}

/** A sentence for the person at the shell; told without a stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
