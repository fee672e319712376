import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { FaultProxy, testDatabase } from "@mailwright/testing";
import { lockWait } from "../testing/lock-waits.ts";
import { isAway } from "./away.ts";
import {
  errorResponse,
  READY_FOR_QUERY,
  type StartupFault,
  startupFaults,
} from "./fixtures/startup-fault.ts";
import { type Database, openDatabase, type Queryable } from "./open.ts";
import { codeOf } from "./sqlstate.ts";

const one = (db: Queryable) => db.execute<{ one: number }>(sql`SELECT 1 AS "one"`);
const backend = async (db: Queryable) => {
  const [row] = await db.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS "pid"`);
  return row?.pid ?? 0;
};
const end = (db: Queryable, pid: number) =>
  db.execute(sql`SELECT pg_terminate_backend(${pid}, 10000)`);
const faultOf = (asked: Promise<unknown>) =>
  asked.then(
    () => "none",
    (error: unknown) => error,
  );

test("a connection that Postgres ends in the middle of a transaction costs that transaction and nothing else", async () => {
  await using database = await testDatabase();
  await using opened = openDatabase(database.url);
  const { db } = opened;
  for (let round = 0; round < 5; round++) {
    const broken = db.transaction(async (tx) => {
      await end(db, await backend(tx));
      // The driver knows at the first of them that the connection is gone; the second finds none.
      await one(tx).catch(() => {});
      await one(tx);
    });
    expect(await broken.catch(() => "broken")).toBe("broken");
    expect([...(await one(db))]).toEqual([{ one: 1 }]);
  }
});

test("a transaction that has lost its connection says nothing more on it, though others have it again", async () => {
  await using database = await testDatabase();
  await using opened = openDatabase(database.url, { connections: 1 });
  await using other = openDatabase(database.url);
  const { db } = opened;
  let others: Promise<unknown> | undefined;
  const broken = db.transaction(async (tx) => {
    const pid = await backend(tx);
    others = db.transaction(async (next) => {
      await next.execute(sql`CREATE TABLE "kept" ()`);
      await next.execute(sql`SELECT pg_advisory_xact_lock(1)`);
    });
    await other.db.transaction(async (locking) => {
      await locking.execute(sql`SELECT pg_advisory_xact_lock(1)`);
      await end(other.db, pid);
      await lockWait(other.db);
      // Said on what is another's now, it would end with that one's transaction.
      await tx.execute(sql`ROLLBACK`).catch(() => {});
    });
  });
  expect(isAway(await faultOf(broken))).toBe(true);
  await others;
  expect([...(await db.execute(sql`SELECT to_regclass('kept') IS NOT NULL AS "kept"`))]).toEqual([
    { kept: true },
  ]);
});

test("what a connection said before it was lost is no answer to what is asked after it was made anew", async () => {
  await using database = await testDatabase();
  await using opened = openDatabase(database.url, { connections: 1 });
  await using other = openDatabase(database.url);
  const pid = await backend(opened.db);
  await other.db.transaction(async (locking) => {
    await locking.execute(sql`SELECT pg_advisory_xact_lock(1)`);
    const cut = faultOf(opened.db.execute(sql`SELECT pg_advisory_lock(1)`));
    await lockWait(other.db);
    await end(other.db, pid);
    expect(isAway(await cut)).toBe(true);
  });
  expect([...(await one(opened.db))]).toEqual([{ one: 1 }]);
});

const FAULTS: [string, StartupFault, string][] = [
  ["is reset", (client) => client.resetAndDestroy(), "ECONNRESET"],
  ["is ended", (client) => client.end(), "CONNECTION_CLOSED"],
  ["is ended with words", (client) => client.end(errorResponse("57P01")), "CONNECTION_CLOSED"],
  [
    "is told of a failure",
    (client) => client.write(Buffer.concat([errorResponse("57014"), READY_FOR_QUERY])),
    "57014",
  ],
];

test.each(FAULTS)(
  "a new connection that %s before it knows the types of arrays costs who waits for it, and nothing else",
  async (_, fault, code) => {
    await using database = await testDatabase();
    await using faults = await startupFaults(Number(new URL(database.url).port));
    const url = new URL(database.url);
    url.port = String(faults.port);
    await using opened = openDatabase(url.href, { connections: 1 });
    const { db, streams } = opened;
    const asking: ((db: Database) => Promise<unknown>)[] = [
      one,
      (all) => all.transaction(one),
      () => streams.reserve(),
    ];
    for (const ask of asking) {
      faults.next.push(fault);
      expect(codeOf(await faultOf(ask(db)))).toBe(code);
      const [row] = await db.execute(sql`SELECT ARRAY['a', 'b'] AS "array"`);
      expect(row).toEqual({ array: ["a", "b"] });
      await db.execute(sql`SELECT pg_terminate_backend(pg_backend_pid())`).catch(() => {});
    }
  },
);

test("whoever asks is told while something takes connections and ends them at once, and all goes on after it", async () => {
  await using database = await testDatabase();
  await using proxy = new FaultProxy(Number(new URL(database.url).port));
  const url = new URL(proxy.through(database.url));
  for (const hosts of [url.host, `${url.host},${url.host}`]) {
    await using opened = openDatabase(url.href.replace(url.host, hosts), { connections: 2 });
    const { db, streams } = opened;
    proxy.set({ cutAfterBytes: { toServer: 0 } });
    const asked = [
      ...Array.from({ length: 10 }, () => one(db)),
      db.transaction(one),
      ...Array.from({ length: 6 }, () => streams.reserve()),
    ];
    const faults = await Promise.all(asked.map(faultOf));
    expect(faults.map(codeOf)).toEqual(asked.map(() => "CONNECTION_CLOSED"));
    proxy.heal();
    expect([...(await one(db))]).toEqual([{ one: 1 }]);
    const reserved = await Promise.all(Array.from({ length: 4 }, () => streams.reserve()));
    for (const each of reserved) each.release();
  }
});
