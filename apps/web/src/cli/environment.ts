import { join, resolve } from "node:path";
import type { ConfigSource } from "@mailwright/platform";

const ROOT = resolve(import.meta.dir, "../../../..");

/**
 * The environment of the installation that a command is about: what is set, and for the rest what `bun start` has written
 * down of the one that runs in DATA_DIR. As there, an empty variable is not set. Whoever names another database means another
 * installation, whose keys are not those of this one.
 */
export async function surroundingEnvironment(source: ConfigSource): Promise<ConfigSource> {
  const given = set(source);
  const folder = given["DATA_DIR"] ?? join(ROOT, ".mailwright");
  const file = Bun.file(join(resolve(folder), "run", "environment.json"));
  const running = (await file.exists()) ? ((await file.json()) as ConfigSource) : {};
  const database = given["DATABASE_URL"] ?? running["DATABASE_URL"];
  return database === running["DATABASE_URL"] ? { ...running, ...given } : given;
}

function set(source: ConfigSource): ConfigSource {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value?.trim()));
}
