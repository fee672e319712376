import { expect, test } from "bun:test";
import { silentLog } from "@mailwright/platform";
import { testDatabase } from "@mailwright/testing";
import type { Sql } from "postgres";
import { sweep } from "../housekeeping.ts";
import { testContext } from "../testing/context.ts";
import { lockWait } from "../testing/lock-waits.ts";
import { migrateDatabase } from "./migrate.ts";
import { openDatabase } from "./open.ts";
import { ensurePartitions } from "./partitions.ts";

/** The partitions of this month and the next two, by UTC. */
const COMING = [0, 1, 2].map((ahead) => {
  const now = new Date();
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead));
  return `email_event_${month.toISOString().slice(0, 7).replace("-", "_")}`;
});

/** As it is when a web has been running for as long as its partitions last. */
async function letThemRunOut(sql: Sql): Promise<void> {
  for (const name of COMING) await sql.unsafe(`DROP TABLE "${name}"`);
}

async function partitions(sql: Sql): Promise<string[]> {
  const rows = await sql`
    SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'email_event'::regclass ORDER BY 1`;
  return rows.map(({ name }) => name as string);
}

/** An event of an email that was made at the beginning of a month, so many months from now. */
async function addEvent(sql: Sql, ahead: number): Promise<string> {
  const [row] = await sql`
    INSERT INTO email_event (email_id, run, seq, event, state, at, attempt)
    SELECT first_uuid_at(date_add(date_trunc('month', now(), 'UTC'), make_interval(months => ${ahead}), 'UTC')), 1, 0, 'START', 'sending', now(), 1
    RETURNING email_id`;
  return row?.["email_id"] as string;
}

/** Of each event, where it lies. */
async function places(sql: Sql): Promise<string[]> {
  const rows =
    await sql`SELECT tableoid::regclass::text AS name FROM email_event ORDER BY email_id`;
  return rows.map(({ name }) => name as string);
}

test("a web that has outlived its partitions can be started again: what fell beside them is moved, and still there once", async () => {
  await using database = await testDatabase();
  const { sql, url } = database;
  await letThemRunOut(sql);
  const email = await addEvent(sql, 0);
  await addEvent(sql, 2);
  await addEvent(sql, 3);
  expect(new Set(await places(sql))).toEqual(new Set(["email_event_other"]));
  await migrateDatabase(url, silentLog);
  expect(await places(sql)).toEqual([COMING[0], COMING[2], "email_event_other"] as string[]);
  const again = sql`INSERT INTO email_event SELECT * FROM email_event WHERE email_id = ${email}`;
  await expect(Promise.resolve(again)).rejects.toThrow("duplicate key");
  expect(await partitions(sql)).toEqual([...COMING, "email_event_other"]);
});

test("while it runs they are made in time, however many webs are at it", async () => {
  await using context = await testContext();
  const { db } = context;
  await using other = openDatabase(context.config.databaseUrl);
  const names = async () =>
    (
      await db.execute<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'email_event'::regclass ORDER BY 1`,
      )
    ).map(({ name }) => name);
  await db.execute(`DROP TABLE "${COMING[2]}"`);
  await sweep(context);
  expect(await names()).toEqual([...COMING, "email_event_other"]);
  for (const name of COMING) await db.execute(`DROP TABLE "${name}"`);
  await Promise.all([db, other.db, db, other.db].map((each) => ensurePartitions(each)));
  expect(await names()).toEqual([...COMING, "email_event_other"]);
});

test("months begin at midnight UTC, wherever the server thinks that it is", async () => {
  await using database = await testDatabase({ migrated: false });
  const { sql, url } = database;
  await sql.unsafe(
    `ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET timezone TO 'America/New_York'`,
  );
  await migrateDatabase(url, silentLog);
  expect(await partitions(sql)).toEqual([...COMING, "email_event_other"]);
  for (const ahead of [0, 1, 2]) await addEvent(sql, ahead);
  expect(await places(sql)).toEqual(COMING);
});

test("a partition that ends an hour late, as one by a server's own time does, costs the next one that hour and nothing else", async () => {
  await using database = await testDatabase();
  const { sql, url } = database;
  await letThemRunOut(sql);
  const [bounds] = await sql`
    SELECT first_uuid_at(month) AS first, first_uuid_at(date_add(month, '1 month', 'UTC') + interval '1 hour') AS end
    FROM date_trunc('month', now(), 'UTC') AS month`;
  await sql.unsafe(
    `CREATE TABLE "${COMING[0]}" PARTITION OF email_event FOR VALUES FROM ('${bounds?.["first"]}') TO ('${bounds?.["end"]}')`,
  );
  await migrateDatabase(url, silentLog);
  for (const ahead of [0, 1, 2]) await addEvent(sql, ahead);
  expect(await places(sql)).toEqual([COMING[0], COMING[0], COMING[2]] as string[]);
  expect(await partitions(sql)).toEqual([...COMING, "email_event_other"]);
});

/** Reads all events, as a dump of the database does; until it is disposed of it is not done. */
async function dumping(sql: Sql): Promise<AsyncDisposable> {
  const connection = await sql.reserve();
  await connection`BEGIN`;
  await connection`LOCK TABLE email_event IN ACCESS SHARE MODE`;
  return {
    async [Symbol.asyncDispose]() {
      await connection`COMMIT`;
      connection.release();
    },
  };
}

test("while somebody dumps the database reports are taken and webs start, and the partitions are made once that is over", async () => {
  await using context = await testContext();
  await using other = openDatabase(context.config.databaseUrl);
  const { streams: sql } = other;
  await sql.unsafe(`DROP TABLE "${COMING[2]}"`);
  {
    await using _dump = await dumping(sql);
    const swept = sweep(context);
    await lockWait(context.db);
    const reported = addEvent(sql, 2);
    await Promise.all([swept, reported, migrateDatabase(context.config.databaseUrl, silentLog)]);
    expect(await places(sql)).toEqual(["email_event_other"]);
    expect(await ensurePartitions(context.db)).toBe("later");
  }
  await sweep(context);
  expect(await places(sql)).toEqual([COMING[2]] as string[]);
});
