import { join, resolve } from "node:path";
import type { ConfigSource } from "@mailwright/platform";

const ROOT = resolve(import.meta.dir, "../../../..");

/**
 * The environment of the installation that a command is about: what is set, and for the rest what `bun start` has written
 * down of the one that runs in DATA_DIR.
 */
export async function surroundingEnvironment(given: ConfigSource): Promise<ConfigSource> {
  if (given["DATABASE_URL"] !== undefined) return given;
  const file = Bun.file(
    join(resolve(given["DATA_DIR"] ?? join(ROOT, ".mailwright")), "run", "environment.json"),
  );
  const running = (await file.exists()) ? ((await file.json()) as ConfigSource) : {};
  return { ...running, ...given };
}
