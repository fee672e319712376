import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { apiClient, HTMX, signedInClient } from "../../testing/client.ts";
import { rowsRead } from "../../testing/rows-read.ts";
import { exportContacts } from "../contacts/export.ts";
import { eraseContacts } from "../contacts/erasure.ts";
import { listContacts } from "../contacts/listing.ts";
import { audienceCondition } from "./audience.ts";
import { deleteSegment } from "./deletion.ts";
import { created, withContacts } from "./fixtures/segments.ts";
import { listMembers } from "./members.ts";
import { countOptOuts, optOut, optOutsOf, optBackIn, standingsOf } from "./opt-outs.ts";
import {
  addToSegment,
  changeSegment,
  listSegments,
  readSegment,
  segmentsOfContact,
} from "./segments.ts";
import { sizeOf } from "./size.ts";

const EVERYBODY = { field: "attributes.n", is: "set" };
/** Named in the form of a segment. */
const EVERYBODY_FORM = {
  "rule.match": "all",
  "rule.0.field": "attributes.n",
  "rule.0.is": "set",
};

/** Three contacts, the first of whom has opted out of a segment whose rule finds them all. */
async function withOneWhoLeft() {
  const { context, contacts } = await withContacts(3);
  const segment = await created(context.db, "Everybody", EVERYBODY);
  const [first, second, third] = contacts as [string, string, string];
  await optOut(context.db, segment.id, first, newId());
  return { context, segment, first, second, third };
}

/** Who is in some segments as they are stored now. */
async function audienceOf({ db }: Context, ...asked: { id: string }[]): Promise<string[]> {
  const segments = await Promise.all(asked.map(({ id }) => readSegment(db, id)));
  const stored = segments.filter((segment) => segment !== undefined);
  const rows = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "contact" WHERE ${audienceCondition(stored)} ORDER BY "id"`,
  );
  return rows.map(({ id }) => id);
}

async function exported(context: Context, segment: string): Promise<string[]> {
  let csv = "";
  for await (const piece of exportContacts(context, { segment })) csv += piece;
  return csv.split("\r\n").slice(1, -1);
}

test("whoever opted out of a segment is in none of its lists and counts, though its rule finds them", async () => {
  const { context, segment, first, second, third } = await withOneWhoLeft();
  await using _ = context;
  const { db } = context;
  const { id } = segment;
  expect(await audienceOf(context, segment)).toEqual([second, third]);
  expect(await sizeOf(context, { id, rule: EVERYBODY, has_opt_outs: true })).toMatchObject({
    kind: "counted",
    contacts: 2,
  });
  for (const search of ["", "p"]) {
    const members = await listMembers(db, id, search, { limit: 9 });
    expect(members.kind === "in time" && members.value.items.map((each) => each.id)).toEqual([
      third,
      second,
    ]);
  }
  const order = { by: "address", direction: "ascending" } as const;
  const listed = await listContacts(db, { segment: id }, order, { limit: 9 });
  expect(listed.items.map((each) => each.id).toSorted()).toEqual([second, third]);
  expect(await exported(context, id)).toHaveLength(2);
  expect(await segmentsOfContact(db, first)).toEqual([]);
  expect(await segmentsOfContact(db, second)).toEqual([{ id, name: "Everybody", dynamic: true }]);
  expect(await countOptOuts(db, [id])).toBe(1);
});

test("leaving one segment is leaving no other that finds the same contacts", async () => {
  const { context, segment, first, second, third } = await withOneWhoLeft();
  await using _ = context;
  const { db } = context;
  const other = await created(db, "The same", EVERYBODY);
  const listed = await created(db, "Listed");
  await addToSegment(db, listed.id, [first]);
  const everybody = [first, second, third];
  expect(await audienceOf(context, segment, other)).toEqual(everybody);
  expect(await audienceOf(context, listed, segment)).toEqual(everybody);
  await optOut(db, other.id, second, newId());
  expect(await audienceOf(context, segment, other)).toEqual(everybody);
  await optOut(db, other.id, first, newId());
  expect(await audienceOf(context, segment, other)).toEqual([second, third]);
  expect(await standingsOf(db, first, [segment.id, other.id, listed.id, newId()])).toEqual([
    { id: segment.id, name: "Everybody", member: false, opted_out: true },
    { id: listed.id, name: "Listed", member: true, opted_out: false },
    { id: other.id, name: "The same", member: false, opted_out: true },
  ]);
});

test("it stays so when the rule finds them anew, or is another, until it is undone", async () => {
  const { context, segment, first, second, third } = await withOneWhoLeft();
  await using _ = context;
  const { db } = context;
  await db.execute(sql`UPDATE "contact" SET "attributes" = '{}'`);
  expect(await audienceOf(context, segment)).toEqual([]);
  await db.execute(sql`UPDATE "contact" SET "attributes" = '{"n": 1}'`);
  expect(await audienceOf(context, segment)).toEqual([second, third]);
  const rule = { field: "email", is: "contains", value: "@" };
  expect(await changeSegment(db, segment.id, { rule })).toMatchObject({ kind: "changed" });
  expect(await audienceOf(context, segment)).toEqual([second, third]);
  await optOut(db, segment.id, first, newId());
  await optBackIn(db, segment.id, first);
  expect(await audienceOf(context, segment)).toEqual([first, second, third]);
});

test("what was left goes with its segment, and with its contact", async () => {
  const { context, segment, first, second } = await withOneWhoLeft();
  await using _ = context;
  const { db } = context;
  const other = await created(db, "The same", EVERYBODY);
  for (const contact of [first, second]) await optOut(db, other.id, contact, newId());
  await eraseContacts(db, [first]);
  const left = () =>
    db
      .execute<{ contact_id: string }>(sql`SELECT "contact_id" FROM "segment_opt_out"`)
      .then((rows) => rows.map(({ contact_id }) => contact_id));
  expect(await left()).toEqual([second]);
  await deleteSegment(db, other.id);
  expect(await left()).toEqual([]);
  await optOut(db, segment.id, first, newId());
  await optOut(db, other.id, second, newId());
  expect(await left()).toEqual([]);
});

test("a static segment is left by its list, and whoever is added again is in it again", async () => {
  const { context, contacts } = await withContacts(1);
  await using _ = context;
  const { db } = context;
  const [one = ""] = contacts;
  const listed = await created(db, "Listed");
  await addToSegment(db, listed.id, contacts);
  await optOut(db, listed.id, one, newId());
  expect([await audienceOf(context, listed), await optOutsOf(db, one)]).toEqual([[], []]);
  await addToSegment(db, listed.id, contacts);
  expect(await audienceOf(context, listed)).toEqual([one]);
});

test("the page of a segment says how many have opted out of it, and its form counts without them", async () => {
  const { context, segment } = await withOneWhoLeft();
  await using _ = context;
  const client = await signedInClient(context);
  const path = `/segments/${segment.id}`;
  const page = await client.get(`${path}?count=now`);
  expect(page.textOf("#opt-outs")).toContain("1 contact who opted out of it");
  expect(page.find("#members tbody tr")).toHaveLength(2);
  expect(page.textOf(".page-header [data-numeric]")).toBe("2 contacts as of now");
  const asked = await client.get(`${path}/delete`);
  expect(asked.find(".confirm li").map(({ text }) => text)).toEqual([
    "Its rule",
    "That 1 contact opted out of it: the same rule in a new one finds them",
  ]);
  const edit = await client.get(`${path}/edit`);
  expect(edit.find("#rule-count")[0]?.attributes["hx-post"]).toBe(`${path}/count`);
  const count = async (to: string) => (await client.post(to, EVERYBODY_FORM, HTMX)).textOf("p");
  expect(await count(`${path}/count`)).toBe("Finds 2 contacts");
  expect(await count("/segments/count")).toBe("Finds 3 contacts");
  expect((await client.post(`/segments/${newId()}/count`, EVERYBODY_FORM)).status).toBe(404);
  const draft = await client.post(`${path}/draft`, { ...EVERYBODY_FORM, do: "count" });
  expect(draft.textOf("#rule-count")).toBe("Finds 2 contacts");
  const { call } = await apiClient(context);
  const shown = await call("GET", `/api/v1${path}`);
  expect(shown.json<{ size: number }>().size).toBe(2);
});

test("whether segments have opt-outs is looked up in each, though all there are belong to one", async () => {
  const { context, contacts } = await withContacts(2_000);
  await using _ = context;
  const { db } = context;
  const left = await created(db, "Left", EVERYBODY);
  for (let n = 0; n < 20; n++) await created(db, `Kept ${n}`, EVERYBODY);
  await db.execute(sql`
    INSERT INTO "segment_opt_out" ("segment_id", "contact_id", "email_id") SELECT ${left.id}::uuid, "id", uuidv7() FROM "contact"
  `);
  await db.execute(sql`ANALYZE "segment_opt_out"`);
  const page = { limit: 50 };
  const order = { by: "name", direction: "ascending" } as const;
  const listed = await listSegments(db, "", order, page);
  expect(listed.segments.items.filter((each) => each.has_opt_outs).map(({ id }) => id)).toEqual([
    left.id,
  ]);
  const read = await rowsRead(db, "segment_opt_out", (tx) => listSegments(tx, "", order, page));
  expect(read).toBeLessThan(contacts.length / 10);
});
