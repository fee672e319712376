import { join, resolve } from "node:path";
import type { ConfigSource } from "@mailwright/platform";
import { CommandError } from "./command.ts";

const ROOT = resolve(import.meta.dir, "../../../..");

/**
 * The environment of the installation that a command is about: what is set, and for the rest what `bun start` has written
 * down of the one that runs in DATA_DIR. As there, an empty variable is not set. Whoever names another database means another
 * installation, whose keys are not those of this one. Throws `CommandError` where what was written down is somebody else's.
 */
export async function surroundingEnvironment(source: ConfigSource): Promise<ConfigSource> {
  const given = set(source);
  const running = (await runningIn(folderOf(given))) ?? {};
  const database = given["DATABASE_URL"] ?? running["DATABASE_URL"];
  return database === running["DATABASE_URL"] ? { ...running, ...given } : given;
}

/** What is missing may be missing because nothing runs where it was looked for: the sentence that says so, or undefined. */
export async function whyNothingFound(source: ConfigSource): Promise<string | undefined> {
  const given = set(source);
  const folder = folderOf(given);
  if (given["DATABASE_URL"] !== undefined || (await runningIn(folder)) !== undefined)
    return undefined;
  return (
    `No \`bun start\` runs in ${folder}, which would tell the rest: start it, set DATA_DIR to the folder in which it runs, ` +
    "or set what web is started with."
  );
}

function folderOf(given: ConfigSource): string {
  return resolve(given["DATA_DIR"] ?? join(ROOT, ".mailwright"));
}

async function runningIn(folder: string): Promise<ConfigSource | undefined> {
  const path = join(folder, "run", "environment.json");
  try {
    return (await Bun.file(path).json()) as ConfigSource;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (code !== "EACCES") throw error;
    throw new CommandError(
      `${path} may not be read: run this as the user who started Mailwright, or as root.`,
    );
  }
}

function set(source: ConfigSource): ConfigSource {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value?.trim()));
}
