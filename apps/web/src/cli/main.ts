// `bun mailwright <command>`: what an operator does from a shell.
import { ConfigError, createLog, systemClock } from "@mailwright/platform";
import { readWebConfig } from "../config.ts";
import { createContext } from "../context.ts";
import { type Command, CommandError } from "./command.ts";
import { doctor } from "./doctor.ts";
import { surroundingEnvironment } from "./environment.ts";
import { migrate } from "./migrate.ts";
import { rekey } from "./rekey.ts";
import { replay } from "./replay.ts";
import { seed } from "./seed.ts";
import { token } from "./token.ts";

const COMMANDS: Record<string, Command> = { doctor, migrate, rekey, replay, seed, token };

async function main([name = "", ...args]: string[]): Promise<number> {
  const command = COMMANDS[name];
  if (command === undefined) {
    console.error(usage());
    return name === "" || name === "help" || name === "--help" ? 0 : 1;
  }
  try {
    const config = readWebConfig(await surroundingEnvironment(Bun.env));
    await using context = createContext(config, {
      log: createLog("mailwright", "warn"),
      clock: systemClock,
    });
    return await command.run(args, { context, print: (line) => console.log(line) });
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 1;
  }
}

function usage(): string {
  const lines = Object.values(COMMANDS).map(
    ({ usage: how, does }) => `  bun mailwright ${how.padEnd(58)} ${does}`,
  );
  return ["Usage:", ...lines].join("\n");
}

process.exit(await main(process.argv.slice(2)));
