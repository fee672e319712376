import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import { createLog, type Log, readConfig, systemClock } from "@mailwright/platform";
import { isAway } from "./away.ts";
import { openDatabase, type Queryable } from "./open.ts";
import { ensurePartitions } from "./partitions.ts";

const MIGRATIONS = new URL("../../../../drizzle", import.meta.url).pathname;

/** Any number: two that migrate at once take turns on it. */
const MIGRATION_LOCK = 5_050_000;

/** How long a database that is still starting is waited for. */
const PATIENCE_MS = 30_000;

/**
 * Brings the database to the newest migration, over one connection and under a lock, so that any number of instances may
 * start together. A database that is not up yet is waited for.
 */
export async function migrateDatabase(url: string, log: Log): Promise<void> {
  await using database = openDatabase(url, { connections: 1 });
  await waitUntilUp(() => database.db.execute(sql`SELECT 1`), log);
  await database.db.execute(sql`SET statement_timeout = 0`);
  await database.db.execute(sql`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
  const pending = await countPending(database.db);
  await migrate(database.db, { migrationsFolder: MIGRATIONS });
  // One that wrote the table anew left searches without what they need to be answered by an index alone, and without
  // statistics; by itself Postgres would see to that only after as many changes as a fifth of the contacts.
  if (pending > 0) await database.db.execute(sql`VACUUM (ANALYZE) "contact"`);
  if ((await ensurePartitions(database.db)) === "later")
    log.info("somebody reads all events, so that their next partitions are made while web runs");
}

/** How many migrations the database lacks; all of them where there has been none. */
export async function countPending(db: Queryable): Promise<number> {
  const [table] = await db.execute<{ there: boolean }>(
    sql`SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS "there"`,
  );
  const [row] =
    table?.there === true
      ? await db.execute<{ newest: string | null }>(
          sql`SELECT max("created_at") AS "newest" FROM "drizzle"."__drizzle_migrations"`,
        )
      : [];
  const newest = Number(row?.newest ?? 0);
  const all = readMigrationFiles({ migrationsFolder: MIGRATIONS });
  return all.filter(({ folderMillis }) => folderMillis > newest).length;
}

async function waitUntilUp(probe: () => Promise<unknown>, log: Log): Promise<void> {
  const giveUpAt = systemClock.now() + PATIENCE_MS;
  for (let wait = 100; ; wait = Math.min(wait * 2, 2_000)) {
    try {
      await probe();
      return;
    } catch (error) {
      if (!isAway(error) || systemClock.now() + wait > giveUpAt) throw error;
      log.info("waiting for Postgres");
      await systemClock.sleep(wait);
    }
  }
}

if (import.meta.main) {
  const url = readConfig(Bun.env, (env) => env.url("DATABASE_URL", ["postgres", "postgresql"]));
  await migrateDatabase(url, createLog("migrate"));
}
