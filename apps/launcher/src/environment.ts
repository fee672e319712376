import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the services of a running product are told by their environment: URLs, keys and the data directory. */
export type Environment = Record<string, string>;

/**
 * Leaves the services' environment where a command at another terminal finds it, for the ports of the databases are new
 * at every start. It holds passwords, so it is for its owner alone, and it is gone when disposed.
 */
export function publishEnvironment(runDir: string, environment: Environment): Disposable {
  const file = join(runDir, "environment.json");
  rmSync(file, { force: true });
  writeFileSync(file, JSON.stringify(environment), { mode: 0o600 });
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}
