import { existsSync } from "node:fs";
import { StartError } from "../start-error.ts";
import { ADVICE, extractedProgram, fetchRedis, type RedisProgram } from "./fetch.ts";

/** The programs that will do, best first. */
export const SERVER_NAMES = ["valkey-server", "redis-server"];

/**
 * The Redis to run: installed on the system, or fetched into `folder` by the system's package manager. Never an
 * imitation: the product promises that what it took is not lost.
 */
export async function findRedis(
  folder: string,
  say: (line: string) => void,
  path: string = process.env["PATH"] ?? "",
): Promise<RedisProgram> {
  for (const name of SERVER_NAMES) {
    const installed = Bun.which(name, { PATH: path });
    if (installed) return { path: installed };
  }
  const fetched = existsSync(folder) ? extractedProgram(folder) : undefined;
  if (fetched) return fetched;
  if (!Bun.which("apt-get", { PATH: path }) || !Bun.which("dpkg-deb", { PATH: path })) {
    throw new StartError(`Redis is needed and not installed. ${ADVICE}`);
  }
  say("Redis is not installed: fetching a copy of its own with apt-get download");
  return await fetchRedis(folder);
}
