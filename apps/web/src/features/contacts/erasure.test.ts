import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { freezeLaunched } from "../dispatch/freeze.ts";
import type { DispatchContext } from "../dispatch/context.ts";
import type { Context } from "../../context.ts";
import { testContext } from "../../testing/context.ts";
import { launchingCampaign, standing } from "../../testing/ledger.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { suppress } from "../suppressions/suppressions.ts";
import { changeContact, countContacts, readContact } from "./contacts.ts";
import { belongingsOf, eraseContacts } from "./erasure.ts";
import { added } from "./fixtures/contacts.ts";

/** What whoever freezes an audience holds meanwhile. */
const FREEZING = sql`SELECT pg_advisory_xact_lock_shared(hashtextextended('erase contacts', 0))`;

let context: Context;
let segment: string;
beforeAll(async () => {
  context = await testContext();
}, 30_000);
beforeEach(async () => {
  for (const table of [
    "contact",
    "suppression",
    "segment",
    "campaign",
    "email",
    "email_event",
    "email_fact",
  ])
    await context.db.execute(sql`DELETE FROM ${sql.identifier(table)}`);
  segment = newId();
  await context.db.execute(sql`INSERT INTO "segment" ("id", "name") VALUES (${segment}, 'All')`);
});
afterAll(() => context[Symbol.asyncDispose]());

async function member(email: string) {
  const contact = await added(context.db, { email });
  await context.db.execute(
    sql`INSERT INTO "segment_contact" ("segment_id", "contact_id") VALUES (${segment}, ${contact.id})`,
  );
  return contact;
}

async function frozenCampaign() {
  const { db } = context;
  const campaign = await launchingCampaign({ db, segment, gateway: newId() } as never);
  await freezeLaunched(context as unknown as DispatchContext);
  return campaign;
}

test("an erased contact is gone from its segments, and from the ledger but for the count", async () => {
  const { db } = context;
  const anna = await member("Anna@example.com");
  await member("bernd@example.com");
  const campaign = await frozenCampaign();
  await db.execute(sql`
    UPDATE "email" SET "error_detail" = '550 5.1.1 <anna@Example.com>: unknown; ask Anna@example.com' WHERE "contact_id" = ${anna.id}`);
  await db.execute(sql`
    INSERT INTO "email_event" ("email_id", "run", "seq", "event", "state", "at", "attempt", "error_detail")
    SELECT "id", 1, 1, 'REJECTED', 'failed', now(), 1, 'no such user: ANNA@EXAMPLE.COM' FROM "email" WHERE "contact_id" = ${anna.id}`);
  await db.execute(sql`
    INSERT INTO "email_fact" ("email_id", "campaign_id", "kind", "at", "source", "detail", "dedupe_key")
    SELECT "id", "campaign_id", 'bounced', now(), 'mailgun', '{"status": "5.1.1", "text": "550 <Anna@example.com>: unknown"}', 'a'
    FROM "email" WHERE "contact_id" = ${anna.id}`);
  expect(await belongingsOf(db, [anna.id])).toEqual({
    memberships: 1,
    emails: 1,
    waiting: 1,
    underWay: 0,
  });

  expect(await eraseContacts(db, [anna.id, newId()])).toBe(1);

  expect(await readContact(db, anna.id)).toBeUndefined();
  expect(await countContacts(db)).toBe(1);
  const [size] = await db.execute(sql`SELECT "size" FROM "segment" WHERE "id" = ${segment}`);
  expect(size).toEqual({ size: 1 });
  expect((await standing(db, campaign)).counts).toEqual({ queued: 2 });
  const kept = await db.execute<Record<string, string>>(sql`
    SELECT "email"."address", "email"."error_detail", "email_event"."error_detail" AS "told" FROM "email"
    JOIN "email_event" ON "email_event"."email_id" = "email"."id" WHERE "contact_id" = ${anna.id}`);
  expect([...kept]).toEqual([
    {
      address: "",
      error_detail: "550 5.1.1 <(address erased)>: unknown; ask (address erased)",
      told: "no such user: (address erased)",
    },
  ]);
  const facts = await db.execute(sql`SELECT "detail" FROM "email_fact"`);
  expect([...facts]).toEqual([
    { detail: { status: "5.1.1", text: "550 <(address erased)>: unknown" } },
  ]);
  const [other] = await db.execute(
    sql`SELECT count(*)::integer AS "n" FROM "email" WHERE "address" = 'bernd@example.com'`,
  );
  expect(other).toEqual({ n: 1 });
});

test("what a server said goes without the address in any spelling", async () => {
  const { db } = context;
  const anna = await member("anna@bücher.example");
  await frozenCampaign();
  const said = "550 <anna@xn--bcher-kva.example>: no such user; see Anna@Bücher.example";
  await db.execute(sql`UPDATE "email" SET "error_detail" = ${said}`);
  await db.execute(sql`
    INSERT INTO "email_event" ("email_id", "run", "seq", "event", "state", "at", "attempt", "error_detail")
    SELECT "id", 1, 1, 'REJECTED', 'failed', now(), 1, ${said} FROM "email"`);
  await db.execute(sql`
    INSERT INTO "email_fact" ("email_id", "campaign_id", "kind", "at", "source", "detail", "dedupe_key")
    SELECT "id", "campaign_id", 'bounced', now(), 'mailgun', jsonb_build_object('text', ${said}::text), 'a' FROM "email"`);
  await eraseContacts(db, [anna.id]);
  const kept = await db.execute<{ text: string }>(sql`
    SELECT "error_detail" AS "text" FROM "email" UNION ALL SELECT "error_detail" FROM "email_event"
    UNION ALL SELECT "detail" ->> 'text' FROM "email_fact"`);
  const left = "550 <(address erased)>: no such user; see (address erased)";
  expect(kept.map(({ text }) => text)).toEqual([left, left, left]);
});

test("that an address must not be mailed outlives its contact", async () => {
  const { db } = context;
  const anna = await member("anna@example.com");
  await suppress(db, ["anna@example.com"], { reason: "unsubscribed", origin: "test" });
  await eraseContacts(db, [anna.id]);
  expect((await added(db, { email: "anna@example.com" })).suppressed).toBe("unsubscribed");
});

test("an audience that is frozen while its contacts are erased keeps no erased address", async () => {
  const { db } = context;
  const people = await Promise.all(
    Array.from({ length: 40 }, (_, n) => member(`p${n}@example.com`)),
  );
  const campaign = await launchingCampaign({ db, segment, gateway: newId() } as never);
  await Promise.all([
    freezeLaunched(context as unknown as DispatchContext),
    ...people.slice(0, 20).map(({ id }) => eraseContacts(db, [id])),
  ]);
  const orphans = await db.execute(sql`
    SELECT "address" FROM "email" WHERE "campaign_id" = ${campaign} AND "address" <> ''
      AND NOT EXISTS (SELECT FROM "contact" WHERE "contact"."id" = "email"."contact_id")`);
  expect([...orphans]).toEqual([]);
});

test("two who erase the same contacts in different orders both finish", async () => {
  const { db } = context;
  const people = await Promise.all(
    Array.from({ length: 30 }, (_, n) => member(`p${n}@example.com`)),
  );
  const ids = people.map(({ id }) => id);
  const counts = await Promise.all([eraseContacts(db, ids), eraseContacts(db, ids.toReversed())]);
  expect(counts.toSorted((a, b) => a - b)).toEqual([0, 30]);
  expect(await countContacts(db)).toBe(0);
});

test("with a contact go the addresses that they had before, and the canonical form of where emails went", async () => {
  const { db } = context;
  const anna = await member("Anna@Bücher.example");
  await member("bernd@example.com");
  await frozenCampaign();
  await changeContact(db, anna.id, { email: "anna@example.com" });
  const kept = async () => [
    ...(await db.execute(sql`SELECT "canonical_email" AS "kept" FROM "former_address"`)),
    ...(await db.execute(
      sql`SELECT "canonical_address" AS "kept" FROM "email" WHERE "canonical_address" IS NOT NULL`,
    )),
  ];
  const canonical = { kept: "anna@xn--bcher-kva.example" };
  expect(await kept()).toEqual([canonical, canonical]);
  await eraseContacts(db, [anna.id]);
  expect(await kept()).toEqual([]);
});

test("an address that is changed in the very moment is erased with its contact too", async () => {
  const { db } = context;
  const anna = await member("anna@example.com");
  let erased: Promise<number> | undefined;
  await db.transaction(async (tx) => {
    const changed = await changeContact(tx as never, anna.id, { email: "anne@example.com" });
    expect(changed.kind).toBe("changed");
    erased = eraseContacts(db, [anna.id]);
    await lockWait(db);
  });
  expect(await erased).toBe(1);
  expect([...(await db.execute(sql`SELECT * FROM "former_address"`))]).toEqual([]);
});

test("what begins another run or ends in the very moment is withheld as it is then", async () => {
  const { db } = context;
  const [anna, bernd] = [await member("anna@example.com"), await member("bernd@example.com")];
  await frozenCampaign();
  await db.execute(sql`UPDATE "email" SET "state" = 'failed' WHERE "contact_id" = ${anna.id}`);
  let erased: Promise<number> | undefined;
  await db.transaction(async (tx) => {
    await tx.execute(
      sql`UPDATE "email" SET "state" = 'queued', "run" = 2 WHERE "contact_id" = ${anna.id}`,
    );
    await tx.execute(sql`UPDATE "email" SET "state" = 'sent' WHERE "contact_id" = ${bernd.id}`);
    erased = eraseContacts(db, [anna.id, bernd.id]);
    await lockWait(db);
  });
  expect(await erased).toBe(2);
  const withheld = await db.execute(sql`
    SELECT "contact_id", "withheld_email"."run" FROM "withheld_email" JOIN "email" ON "email_id" = "id"`);
  expect([...withheld]).toEqual([{ contact_id: anna.id, run: 2 }]);
});

test("while audiences are frozen, erasures wait and pages do not", async () => {
  const { db } = context;
  const people = await Promise.all(
    Array.from({ length: 25 }, (_, n) => member(`p${n}@example.com`)),
  );
  let erased: Promise<number>[] = [];
  await db.transaction(async (tx) => {
    await tx.execute(FREEZING);
    erased = people.map(({ id }) => eraseContacts(db, [id]));
    await lockWait(db, 2);
    expect(await countContacts(db)).toBe(25);
  });
  expect(await Promise.all(erased)).toEqual(people.map(() => 1));
});

test("while rows of imports are looked through for an erased person, audiences are frozen, and the person is not gone yet", async () => {
  const { db } = context;
  const anna = await member("anna@example.com");
  await db.execute(sql`
    WITH "made" AS (INSERT INTO "import" ("state", "file_name", "created_by") VALUES ('done', 'a.csv', 'test') RETURNING "id")
    INSERT INTO "import_reject" SELECT "id", 2, 'Wrong', '{Anna <anna@example.com>}' FROM "made"`);
  let erased: Promise<number> | undefined;
  await db.transaction(async (tx) => {
    await tx.execute(sql`SELECT FROM "import_reject" FOR UPDATE`);
    erased = eraseContacts(db, [anna.id]);
    await lockWait(db);
    await tx.execute(sql`SET LOCAL lock_timeout = '1s'`);
    await tx.execute(FREEZING);
    expect(await countContacts(db)).toBe(1);
  });
  expect(await erased).toBe(1);
  expect([...(await db.execute(sql`SELECT FROM "import_reject"`))]).toEqual([]);
});
