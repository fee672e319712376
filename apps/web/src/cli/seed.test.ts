import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { parseAddress } from "../features/contacts/address.ts";
import { freezeLaunched } from "../features/dispatch/freeze.ts";
import { handOverNext } from "../features/dispatch/handover.ts";
import { reconcile } from "../features/dispatch/reconcile.ts";
import { testContext } from "../testing/context.ts";
import { emailClientStandIn } from "../testing/email-client-stand-in.ts";
import { gaps, standing } from "../testing/ledger.ts";
import { givenTo } from "../testing/command-line.ts";
import type { Command } from "./command.ts";
import { replay } from "./replay.ts";
import { seed } from "./seed.ts";
import { CULTURES } from "./seed-names.ts";
import { inventPerson } from "./seed-people.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const clock = { now: () => NOW, sleep: () => Promise.resolve() };

async function run(context: Context, command: Command, ...args: string[]) {
  const lines: string[] = [];
  const code = await command.run(givenTo(command, args), {
    context,
    print: (line) => lines.push(line),
  });
  return { code, lines };
}

/** All that a person sees of an installation, without the ids and times that the database gives. */
async function contentsOf({ db }: Context) {
  const read = (query: string) => db.execute(sql.raw(query));
  return {
    contacts: await read(
      `SELECT "id", "email", "name", "first_name", "last_name", "attributes", "created_at"::text FROM "contact" ORDER BY "email"`,
    ),
    suppressed: await read(
      `SELECT "canonical_email", "reason", "origin" FROM "suppression" ORDER BY 1`,
    ),
    members: await read(
      `SELECT "name", "size", "rule", (SELECT md5(string_agg("contact_id"::text, ',' ORDER BY "contact_id")) FROM "segment_contact" WHERE "segment_id" = "segment"."id") FROM "segment" ORDER BY "name"`,
    ),
    versions: await read(
      `SELECT "name", "template_version"."version", "kind", "subject", "body" FROM "template" JOIN "template_version" ON "template_id" = "template"."id" ORDER BY 1, 2`,
    ),
    campaigns: await read(
      `SELECT "name", "state", "audience", "queued", "unhanded", "sent", "failed", "skipped", "cancelled", "uncertain", "created_at"::text, "launched_at"::text, "finished_at"::text FROM "campaign" ORDER BY "name"`,
    ),
    events: await read(
      `SELECT "name", "address", "email_event"."seq", "event", "email_event"."state", "at"::text, "email_event"."due_at"::text, "email_event"."message_id", "email_event"."error_code" FROM "email_event" JOIN "email" ON "email"."id" = "email_id" JOIN "campaign" ON "campaign"."id" = "campaign_id" ORDER BY 1, 2, 3`,
    ),
  };
}

test("seed fills an empty installation with every kind of thing, and its history is what the ledger says", async () => {
  await using context = await testContext({ clock });
  const { code } = await run(context, seed, "--contacts", "400", "--campaigns", "5");
  expect(code).toBe(0);
  const { lines } = await run(context, replay);
  expect(lines[0]).toMatch(
    /^The history of \d{3,} emails, folded anew, is what the ledger says\.$/,
  );
  const campaigns = await context.db.execute<{ id: string; name: string; state: string }>(
    sql`SELECT "id", "name", "state" FROM "campaign" ORDER BY "id"`,
  );
  expect(campaigns.map(({ name, state }) => `${name}: ${state}`)).toEqual([
    "Readers’ letter 1: finished",
    "Reading room opening: finished",
    "Free parcels in October: cancelled",
    "Eleven new books: paused",
    "Welcome to those who are new: draft",
  ]);
  for (const { id, state } of campaigns) {
    expect(await gaps(context.db, id)).toEqual([]);
    const { counts, fold, audience, unhanded } = await standing(context.db, id);
    expect(counts).toEqual(fold);
    expect(Object.values(fold).reduce((sum, count) => sum + count, 0)).toBe(Number(audience));
    expect([unhanded, state]).toEqual([fold["queued"] ?? 0, state]);
  }
  const opening = await standing(context.db, campaigns[1]!.id);
  expect(Object.keys(opening.fold).toSorted()).toEqual(["failed", "sent", "skipped", "uncertain"]);
  const parcels = await standing(context.db, campaigns[2]!.id);
  expect(parcels.fold["cancelled"]).toBeGreaterThan(50);
  const { contacts, suppressed, members, versions } = await contentsOf(context);
  expect(contacts.length).toBe(400);
  expect(new Set(suppressed.map((row) => row["reason"])).size).toBe(4);
  expect(members.filter((row) => row["rule"] !== null).length).toBe(3);
  expect(versions.map((row) => `${row["kind"]} ${row["version"]}`).toSorted()).toEqual([
    "html 1",
    "html 2",
    "markdown 1",
    "markdown 2",
    "text 1",
    "text 2",
  ]);
});

test("no time that seed tells of lies ahead, and nobody was mailed before they came", async () => {
  await using context = await testContext({ clock });
  await run(context, seed, "--contacts", "300", "--campaigns", "6");
  const [row] = await context.db.execute<{ ahead: number; early: number; unordered: number }>(sql`
    SELECT (SELECT count(*)::integer FROM "email_event" WHERE "at" > ${new Date(NOW).toISOString()}) AS "ahead",
      (SELECT count(*)::integer FROM "email" JOIN "contact" ON "contact"."id" = "contact_id" WHERE "changed_at" < "created_at") AS "early",
      (SELECT count(*)::integer FROM (
        SELECT "at" < lag("at") OVER (PARTITION BY "email_id" ORDER BY "seq") AS "back" FROM "email_event"
      ) AS "step" WHERE "back") AS "unordered"
  `);
  expect(row).toEqual({ ahead: 0, early: 0, unordered: 0 });
});

test("equal seeds make equal installations, others make others", async () => {
  await using one = await testContext({ clock });
  await using other = await testContext({ clock });
  await using third = await testContext({ clock });
  await run(one, seed, "--contacts", "200", "--seed", "7");
  await run(other, seed, "--contacts", "200", "--seed", "7");
  await run(third, seed, "--contacts", "200", "--seed", "8", "--campaigns", "0");
  const contents = await contentsOf(one);
  expect(await contentsOf(other)).toEqual(contents);
  expect((await contentsOf(third)).contacts).not.toEqual(contents.contacts);
});

test("seed refuses an installation that holds contacts, and adds nothing twice when told to add", async () => {
  await using context = await testContext({ clock });
  await run(context, seed, "--contacts", "150");
  const before = await contentsOf(context);
  await expect(run(context, seed, "--contacts", "150")).rejects.toThrow(
    "holds 150 contacts already, and invented ones would stand among them. Say --add",
  );
  const again = await run(context, seed, "--contacts", "150", "--add");
  expect(again.lines[0]).toBe("0 contacts added.");
  expect(await contentsOf(context)).toEqual(before);
  await run(context, seed, "--contacts", "150", "--seed", "2", "--add");
  const { contacts, campaigns } = await contentsOf(context);
  expect([contacts.length, campaigns.length]).toEqual([300, 2 * before.campaigns.length]);
  expect((await run(context, replay)).code).toBe(0);
});

test("what seed makes is never sent: the dispatcher finds nothing to hand over", async () => {
  await using standIn = emailClientStandIn();
  await using context = await testContext({ clock, emailClient: standIn.client });
  await run(context, seed, "--contacts", "300");
  const dispatch = { ...context, emailClient: standIn.client };
  await freezeLaunched(dispatch);
  expect(await handOverNext(dispatch)).toEqual({ kind: "idle" });
  await reconcile(dispatch);
  expect(standIn.calls.filter(({ call }) => call.includes("/v1/batches"))).toEqual([]);
});

test("seed says which numbers it takes", async () => {
  await using context = await testContext({ clock });
  const refused = (...args: string[]) => expect(run(context, seed, ...args)).rejects;
  await refused("--contacts", "5").toThrow("--contacts must be a number from 100 to 1000000.");
  await refused("--campaigns=-1").toThrow("--campaigns must be a number from 0 to 50.");
  await refused("--seed", "x").toThrow("--seed must be a number from 1 to 1000000.");
  await refused("--more").toThrow("--more");
  expect((await contentsOf(context)).contacts.length).toBe(0);
});

test("invented people have addresses that can be mailed, in the form that is kept, at domains of nobody", () => {
  for (let number = 1; number <= 3_000; number++) {
    const { email } = inventPerson(3, number, NOW);
    expect(parseAddress(email)).toEqual({ ok: true, email, canonical: email });
    expect(email).toMatch(/@example\.(com|org|net)$/);
  }
  expect(CULTURES.length).toBeGreaterThan(9);
});
