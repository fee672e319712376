import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Apt, libraryFolders } from "../apt.ts";
import { StartError } from "../start-error.ts";

/** A Redis-compatible server program and where it finds its libraries. */
export interface RedisProgram {
  path: string;
  /** Folders for the dynamic linker, for a copy that is not installed. */
  libraryPath?: string;
}

/** The end of a sentence that says what is missing. */
export const ADVICE =
  "Install the package redis-server or valkey-server (apt, dnf or brew), or set REDIS_URL to a Redis of your own.";

/** What to ask the package manager for, best first. The server's own package may be no more than links into the other. */
const PACKAGES = [
  ["valkey-server", "valkey-tools"],
  ["redis-server", "redis-tools"],
];

/**
 * Downloads a Redis server as Debian packages and unpacks it into `folder` with the shared libraries that this system
 * lacks. Nothing is installed and no root is needed. Throws `StartError` with what the package manager said.
 */
export async function fetchRedis(folder: string): Promise<RedisProgram> {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const apt = new Apt(unfinished, "Redis", ADVICE);
  const packages = (await apt.fetchFirst(PACKAGES)) ?? (await apt.updateAndFetchFirst(PACKAGES));
  await apt.fetchMissingLibraries(packages, () =>
    [serverIn(unfinished)].filter((path) => path !== undefined),
  );
  apt.clean();
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);

  const program = extractedProgram(folder);
  if (program) return program;
  throw new StartError(
    `Redis was fetched with apt-get but cannot be executed from ${folder}. ${ADVICE}`,
  );
}

/** The server that was unpacked into a folder, if there is one and it runs on this system. */
export function extractedProgram(folder: string): RedisProgram | undefined {
  const path = serverIn(folder);
  if (path === undefined) return undefined;
  const libraryPath = libraryFolders(folder);
  const works = Bun.spawnSync([path, "--version"], {
    env: { LD_LIBRARY_PATH: libraryPath },
  }).success;
  return works ? { path, libraryPath } : undefined;
}

function serverIn(folder: string): string | undefined {
  return ["valkey-server", "redis-server"]
    .map((name) => join(folder, "usr", "bin", name))
    .find((path) => existsSync(path));
}
