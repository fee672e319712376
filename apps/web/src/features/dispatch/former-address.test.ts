import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { silentLog, systemClock } from "@mailwright/platform";
import type { Database } from "../../db/open.ts";
import { emailClientStandIn } from "../../testing/email-client-stand-in.ts";
import { launchingCampaign, type LedgerFixture, ledgerFixture } from "../../testing/ledger.ts";
import { changeContact } from "../contacts/contacts.ts";
import { createLinks } from "../leaving/links.ts";
import { suppress } from "../suppressions/suppressions.ts";
import { announceSuppressions } from "./announcement.ts";
import { freezeLaunched } from "./freeze.ts";
import { handOverNext } from "./handover.ts";

const WHY = { reason: "bounced", origin: "a test" } as const;
const MIGRATION = new URL("../../../../../drizzle/0011_former_addresses.sql", import.meta.url)
  .pathname;
/** One whose canonical form is another than itself in lower case, and that form. */
const TYPED = "Anna@Bücher.example";
const CANONICAL = "anna@xn--bcher-kva.example";

/** Gives the contact who has one address another. */
async function move(db: Database, from: string, to: string): Promise<void> {
  const [contact] = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "contact" WHERE "email" = ${from}`,
  );
  const changed = await changeContact(db, contact?.id ?? "", { email: to });
  expect(changed.kind).toBe("changed");
}

/** Three contacts, one of them with an address in another script, and what hands campaigns to them over. */
async function setUp() {
  const stack = new AsyncDisposableStack();
  const ledger: LedgerFixture = stack.use(await ledgerFixture(3));
  const standIn = stack.use(emailClientStandIn());
  const { db } = ledger;
  const links = createLinks(db, "https://web.example.com");
  const context = { db, clock: systemClock, log: silentLog, emailClient: standIn.client, links };
  await move(db, "p1@example.com", TYPED);
  return {
    db,
    standIn,
    context,
    async freeze() {
      await launchingCampaign(ledger);
      await freezeLaunched(context);
    },
    async handOver() {
      const before = standIn.batches.length;
      expect((await handOverNext(context)).kind).toBe("handed");
      return standIn.batches.slice(before).flatMap(({ recipients }) => recipients);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test("the email client is told of emails by the address that they go to, though their contacts have others by now", async () => {
  await using given = await setUp();
  const { db, standIn, context } = given;
  await given.freeze();
  const before = await given.handOver();
  await move(db, TYPED, "anna@example.com");
  await move(db, "p2@example.com", "bo@example.com");
  await given.freeze();
  expect((await given.handOver()).map(({ email }) => email).toSorted()).toEqual([
    "anna@example.com",
    "bo@example.com",
    "p3@example.com",
  ]);
  await suppress(db, [CANONICAL, "p2@example.com"], WHY);
  await announceSuppressions(context);
  const meant = before.filter(({ email }) => [TYPED, "p2@example.com"].includes(email));
  const told = () => standIn.suppressed.flatMap(({ emails }) => emails.map(({ id }) => id));
  expect(meant).toHaveLength(2);
  expect(told().toSorted()).toEqual(meant.map(({ id }) => id).toSorted());

  // An address that somebody came back to is a former one too, and its emails are told of once.
  await move(db, "anna@example.com", "third@example.com");
  await move(db, "third@example.com", "anna@example.com");
  standIn.suppressed.splice(0);
  await suppress(db, ["anna@example.com"], WHY);
  await announceSuppressions(context);
  expect([told().length, new Set(told()).size]).toEqual([2, 2]);
});

test("a hand-over skips whoever was suppressed by the address of the launch, in whatever script that is", async () => {
  await using given = await setUp();
  const { db } = given;
  await given.freeze();
  await move(db, TYPED, "anna@example.com");
  await move(db, "p2@example.com", "bo@example.com");
  await suppress(db, [CANONICAL], WHY);
  expect((await given.handOver()).map(({ email }) => email).toSorted()).toEqual([
    "p2@example.com",
    "p3@example.com",
  ]);
});

test("the migration makes up for what campaigns under way had frozen before it", async () => {
  await using given = await setUp();
  const { db } = given;
  await given.freeze();
  await move(db, "p2@example.com", "bo@example.com");
  await db.execute(sql`DELETE FROM "former_address"`);
  await db.execute(sql`UPDATE "email" SET "canonical_address" = NULL`);
  const migration = await Bun.file(MIGRATION).text();
  const statements = migration.split("--> statement-breakpoint").slice(-2);
  for (const statement of statements) await db.execute(sql.raw(statement));
  expect([
    ...(await db.execute(sql`SELECT "canonical_email" FROM "former_address"`)),
    ...(await db.execute(
      sql`SELECT "address", "canonical_address" FROM "email" WHERE "canonical_address" IS NOT NULL`,
    )),
  ]).toEqual([
    { canonical_email: "p2@example.com" },
    { address: TYPED, canonical_address: CANONICAL },
  ]);
});
