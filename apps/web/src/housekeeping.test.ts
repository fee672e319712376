import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { createLog } from "@mailwright/platform";
import { ManualClock } from "@mailwright/testing";
import type { Context } from "./context.ts";
import { SESSION_IDLE_S } from "./features/accounts/sessions.ts";
import { sweep } from "./housekeeping.ts";
import { signedInClient } from "./testing/client.ts";
import { testContext } from "./testing/context.ts";

const clock = new ManualClock(Date.now());
let context: Context;

beforeAll(async () => {
  context = await testContext({ clock });
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());

/** What is there of what runs out. */
async function kept(): Promise<object> {
  const [row] = await context.db.execute(sql`
    SELECT (SELECT count(*)::integer FROM "service_nonce") AS "nonces",
      (SELECT count(*)::integer FROM "idempotency_key") AS "answers",
      (SELECT count(*)::integer FROM "auth_session") AS "sessions",
      (SELECT count(*)::integer FROM "sign_in_throttle") AS "throttles"`);
  return { ...row };
}

/** One of each, which runs out after so many seconds by Postgres's clock. */
async function furnish(seconds: number): Promise<void> {
  await context.db.execute(sql`DELETE FROM "auth_session"`);
  await signedInClient(context);
  const end = sql`(now() + make_interval(secs => ${seconds}))`;
  await context.db.execute(sql`UPDATE "auth_session" SET "expires_at" = ${end}`);
  await context.db.execute(
    sql`INSERT INTO "service_nonce" ("nonce", "expires_at") VALUES (gen_random_uuid(), ${end})`,
  );
  await context.db.execute(sql`
    INSERT INTO "idempotency_key" ("caller", "key", "request_hash", "created_at")
    VALUES ('test', gen_random_uuid(), '', ${end} - interval '24 hours')`);
  await context.db.execute(sql`
    INSERT INTO "sign_in_throttle" ("subject", "failures", "blocked_until")
    VALUES (gen_random_uuid(), 9, ${end} - interval '1 hour')`);
}

test("a web whose clock is ahead forgets nothing of the others, and what has run out is forgotten", async () => {
  await furnish(60);
  await clock.advance(2 * SESSION_IDLE_S * 1_000);
  await sweep(context);
  expect(await kept()).toEqual({ nonces: 1, answers: 1, sessions: 1, throttles: 1 });
  await context.db.execute(sql`DELETE FROM "service_nonce"`);
  await context.db.execute(sql`DELETE FROM "idempotency_key"`);
  await context.db.execute(sql`DELETE FROM "sign_in_throttle"`);
  await furnish(-60);
  await sweep(context);
  expect(await kept()).toEqual({ nonces: 0, answers: 0, sessions: 0, throttles: 0 });
});

test("what fails is logged and holds up nothing else", async () => {
  const told: unknown[] = [];
  const log = createLog("web", "info", { write: (line) => void told.push(JSON.parse(line)) });
  await furnish(-60);
  await context.db.execute(sql`
    CREATE OR REPLACE FUNCTION ensure_email_event_partitions(since timestamptz) RETURNS void LANGUAGE plpgsql AS
      $$ BEGIN RAISE 'no room' USING ERRCODE = 'disk_full'; END $$`);
  await context.db.execute(sql`ALTER TABLE "service_nonce" RENAME TO "somewhere_else"`);
  await sweep({ ...context, log });
  await context.db.execute(sql`ALTER TABLE "somewhere_else" RENAME TO "service_nonce"`);
  expect(await kept()).toEqual({ nonces: 1, answers: 0, sessions: 0, throttles: 0 });
  expect(told).toMatchObject([
    { what: "next partitions", err: { code: "53100" } },
    { what: "old nonces", err: { code: "42P01" } },
  ]);
});
