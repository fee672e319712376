// `bun mailwright <command>`: what an operator does from a shell.
import { ConfigError, createLog, systemClock } from "@mailwright/platform";
import { readWebConfig } from "../config.ts";
import { createContext } from "../context.ts";
import { type Command, CommandError, type Given } from "./command.ts";
import { readCommandLine } from "./command-line.ts";
import { doctor } from "./doctor.ts";
import { whyUnusable } from "../db/unusable.ts";
import { surroundingEnvironment, whyNothingFound } from "./environment.ts";
import { migrate } from "./migrate.ts";
import { rekey } from "./rekey.ts";
import { replay } from "./replay.ts";
import { seed } from "./seed.ts";
import { token } from "./token.ts";

const COMMANDS: Record<string, Command> = { doctor, migrate, rekey, replay, seed, token };

/** The line meant nothing to us. */
const MISUSED = 2;

async function main(line: string[]): Promise<number> {
  const asked = readCommandLine(COMMANDS, line);
  switch (asked.kind) {
    case "help":
      console.log(usage());
      return 0;
    case "wrong":
      console.error(`${asked.why}\n\n${usage()}`);
      return MISUSED;
    case "run":
      return run(asked.command, asked.given);
    default:
      return asked satisfies never;
  }
}

async function run(command: Command, given: Given): Promise<number> {
  try {
    const config = readWebConfig(await surroundingEnvironment(Bun.env));
    await using context = createContext(config, {
      log: createLog("mailwright", "warn"),
      clock: systemClock,
    });
    return await command.run(given, { context, print: (line) => console.log(line) });
  } catch (error) {
    const sentence = await sentenceOf(error);
    if (sentence === undefined) throw error;
    console.error(sentence);
    return 1;
  }
}

/** What the person can mend, whichever command it was; undefined for a bug of ours. */
async function sentenceOf(error: unknown): Promise<string | undefined> {
  if (error instanceof CommandError) return error.message;
  if (error instanceof ConfigError)
    return [error.message, await whyNothingFound(Bun.env)].filter(Boolean).join("\n");
  const why = whyUnusable(error);
  return why && `Postgres ${why}.`;
}

function usage(): string {
  const lines = Object.values(COMMANDS).map(
    ({ usage: how, does }) => `  bun mailwright ${how.padEnd(58)} ${does}`,
  );
  return ["Usage:", ...lines].join("\n");
}

process.exit(await main(process.argv.slice(2)));
