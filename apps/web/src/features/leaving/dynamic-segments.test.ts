import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { visitor } from "../../testing/client.ts";
import { factsOf } from "../emails/facts.ts";
import { liftOptOut, optOutsOf } from "../segments/opt-outs.ts";
import { createSegment, segmentsOfContact } from "../segments/segments.ts";

let fixture: CampaignFixture;
/** A segment by a rule that finds P1, whom the email of the campaign went to. */
let segment: string;
let campaign: string;
let email: string;
let contact: string;
let path: string;

beforeAll(async () => {
  fixture = await campaignFixture(2);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

beforeEach(async () => {
  const { db, links } = fixture.context;
  await db.execute(sql`DELETE FROM "email"`);
  await db.execute(sql`DELETE FROM "segment" WHERE "rule" IS NOT NULL`);
  await db.execute(sql`
    INSERT INTO "segment_contact" SELECT ${fixture.segment}::uuid, "id" FROM "contact" ON CONFLICT DO NOTHING
  `);
  segment = await ruled("Called P1", "P1");
  campaign = await fixture.draft("Spring");
  await sentTo(segment, await ruled("Called P2", "P2"));
  const { sent } = await launchedWith(fixture, campaign, "finished", { sent: 2 });
  const [row] = await db.execute<{ id: string; contact_id: string }>(
    sql`SELECT "id", "contact_id" FROM "email" WHERE "address" = 'p1@example.com' AND "id" = ANY(${sql.param(sent)}::uuid[])`,
  );
  email = row?.id ?? "";
  contact = row?.contact_id ?? "";
  path = new URL((await links.toLeave())(email)).pathname;
});

async function ruled(name: string, firstName: string): Promise<string> {
  const rule = { field: "first_name", is: "equals", value: firstName };
  const made = await createSegment(fixture.context.db, { name, rule });
  if (made.kind !== "created") throw new Error(JSON.stringify(made.faults));
  return made.segment.id;
}

async function sentTo(...segments: string[]): Promise<void> {
  for (const id of segments) {
    await fixture.context.db.execute(
      sql`INSERT INTO "campaign_segment" ("campaign_id", "segment_id") VALUES (${campaign}, ${id})`,
    );
  }
}

/** What the page offers to leave, and what it says has become of their wish. */
async function shown() {
  const page = await visitor(fixture.context).get(path);
  return {
    offered: page.find("#leaving .check").map(({ text }) => text),
    told: page.find(".callout-title").map(({ text }) => text),
  };
}

const post = (fields: Record<string, string | string[]>) =>
  visitor(fixture.context).post(path, fields);
const leave = (...segments: string[]) => post({ leave: "segments", segment_id: segments });

const left = async () =>
  (await optOutsOf(fixture.context.db, contact)).map(({ segment_name }) => segment_name);

const kinds = async () => (await factsOf(fixture.context.db, email)).map(({ kind }) => kind);

const isIn = async () =>
  (await segmentsOfContact(fixture.context.db, contact)).map(({ name }) => name);

describe("a segment by a rule", () => {
  test("is offered to whom it finds beside the static ones, and looking changes nothing", async () => {
    expect(await shown()).toEqual({ offered: ["Called P1", "Everybody"], told: [] });
    for (const method of ["GET", "HEAD", "OPTIONS"])
      await visitor(fixture.context).send(path, { method, headers: { purpose: "prefetch" } });
    expect([await left(), await kinds(), await isIn()]).toEqual([
      [],
      [],
      ["Everybody", "Called P1"],
    ]);
  });

  test("is left by a plain form, is noted with the email, and can be taken back", async () => {
    const answer = await leave(segment);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, path]);
    expect(await shown()).toEqual({
      offered: ["Everybody"],
      told: ["You have left “Called P1”"],
    });
    expect([await left(), await isIn()]).toEqual([["Called P1"], ["Everybody"]]);
    const [fact] = await factsOf(fixture.context.db, email);
    expect(fact).toMatchObject({
      kind: "left segments",
      source: "page",
      detail: { segments: segment },
    });
    await post({ leave: "nothing" });
    expect([await left(), await isIn(), await kinds()]).toEqual([
      [],
      ["Everybody", "Called P1"],
      ["left segments", "resubscribed"],
    ]);
    expect(await shown()).toEqual({
      offered: ["Called P1", "Everybody"],
      told: ["You are subscribed again"],
    });
  });

  test("is left together with a static one, many times at once as once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => leave(segment, fixture.segment)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(303));
    expect([await left(), await isIn(), await kinds()]).toEqual([
      ["Called P1"],
      [],
      ["left segments"],
    ]);
    expect(await shown()).toEqual({
      offered: [],
      told: ["You have left “Called P1”, “Everybody”"],
    });
    await post({ leave: "nothing" });
    expect([await left(), await isIn()]).toEqual([[], ["Everybody", "Called P1"]]);
  });

  test("is not left by whom it does not find, nor one that the campaign did not go to", async () => {
    const other = await ruled("Also called P1", "P1");
    const { db } = fixture.context;
    const [foreign] = await db.execute<{ id: string }>(
      sql`SELECT "id" FROM "segment" WHERE "name" = 'Called P2'`,
    );
    await leave(other, foreign?.id ?? "", newId(), "no id");
    expect([await left(), await kinds()]).toEqual([[], []]);
  });

  test("that staff took them back into is offered again, and there is nothing to undo", async () => {
    await leave(segment);
    await liftOptOut(fixture.context.db, segment, contact);
    expect(await shown()).toEqual({ offered: ["Called P1", "Everybody"], told: [] });
  });

  test("that was deleted since is neither offered nor told of", async () => {
    await leave(segment);
    await fixture.context.db.execute(sql`DELETE FROM "segment" WHERE "id" = ${segment}`);
    expect(await shown()).toEqual({ offered: ["Everybody"], told: [] });
    expect((await post({ leave: "nothing" })).status).toBe(303);
  });
});
