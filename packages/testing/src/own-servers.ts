import { mkdtempSync, chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type PostgresOptions, startPostgres } from "@mailwright/launcher/postgres/server.ts";
import { type RedisOptions, startRedis } from "@mailwright/launcher/redis/server.ts";
import type { Server } from "@mailwright/launcher/server.ts";
import { migrateDatabase, type TestDatabaseOptions } from "./database.ts";
import { testRun } from "./test-run.ts";
import { PASSWORD, THROWAWAY_POSTGRES } from "./throwaway.ts";

/** A server for one test to ill-treat. Its `url` holds across restarts; disposing ends it and removes its data. */
export interface OwnServer extends Server {
  /** Starts it again on the same data and port, after a SIGKILL if it still runs. */
  restart(): Promise<void>;
}

/** Starts a Postgres of a test's own, with Mailwright's tables unless told otherwise; takes about a second. */
export async function ownPostgres(options: TestDatabaseOptions = {}): Promise<OwnServer> {
  const run = await testRun();
  return await own("postgres", run.directory, async (dataDir) => {
    const server = await startPostgres({
      dataDir,
      password: PASSWORD,
      settings: THROWAWAY_POSTGRES,
      binariesDir: run.directory,
    } satisfies PostgresOptions);
    if (options.migrated !== false) await migrateDatabase(server.url);
    return server;
  });
}

/** Starts a Redis of a test's own, durable as the product's is. `settings` add to its directives or override them. */
export async function ownRedis(settings: Record<string, string> = {}): Promise<OwnServer> {
  const run = await testRun();
  return await own("redis", run.directory, (dataDir) =>
    startRedis({
      dataDir,
      password: PASSWORD,
      settings,
      programDir: join(run.directory, "redis-program"),
    } satisfies RedisOptions),
  );
}

async function own(
  name: string,
  directory: string,
  start: (dataDir: string) => Promise<Server>,
): Promise<OwnServer> {
  const dataDir = mkdtempSync(join(directory, `${name}-`));
  chmodSync(dataDir, 0o711);
  const server = await start(dataDir);
  // The getters have to stay getters: a restart changes what some of them say.
  return Object.assign(Object.create(server) as Server, {
    async restart() {
      await server.kill();
      await server.start();
    },
    async [Symbol.asyncDispose]() {
      await server.kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
  });
}
