import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { activityOf } from "./activity.ts";
import { segmentChoices } from "./audience.ts";
import { changeCampaign, createCampaign, duplicateCampaign, readCampaign } from "./campaigns.ts";
import { clearStrays, deleteCampaign } from "./deletion.ts";
import { launchCampaign } from "./launch.ts";
import { requeueInTime } from "./orders.ts";

const never = new AbortController().signal;

test("a draft keeps what it was made of, and its maker is written down", async () => {
  await using fixture = await campaignFixture(2);
  const { context, template, segment } = fixture;
  const id = await fixture.draft("  Spring sale ");
  const draft = await readCampaign(context.db, id);
  expect(draft).toMatchObject({
    name: "Spring sale",
    state: "draft",
    template: { id: template, name: "News" },
    segments: [{ id: segment, name: "Everybody" }],
    gateway_id: null,
    when_uncertain: "hold",
    audience: 0,
    created_by: "Anna",
    launched_at: null,
  });
  expect(
    (await activityOf(context.db, id)).map(({ actor, action }) => `${actor} ${action}`),
  ).toEqual(["Anna created"]);
});

test("a draft names only what there is, and says at which field it does not", async () => {
  await using fixture = await campaignFixture(1);
  const draft = {
    name: "News",
    template_id: newId(),
    segment_ids: [fixture.segment, newId()],
    gateway_id: newId(),
    when_uncertain: "hold" as const,
  };
  expect(await createCampaign(fixture.context, draft, "Anna")).toEqual({
    kind: "refused",
    faults: {
      template_id: "This template does not exist any more. Choose another.",
      segment_ids: "One of these segments does not exist any more. Choose again.",
      gateway_id: "This gateway does not exist any more. Choose another.",
    },
  });
});

test("an email client that does not answer keeps nobody from writing a draft", async () => {
  await using fixture = await campaignFixture(1);
  fixture.standIn.answerNext("GET /v1/settings", { status: 500 });
  await fixture.context.gatewayWatch.refresh();
  const draft = {
    name: "News",
    template_id: fixture.template,
    segment_ids: [fixture.segment],
    gateway_id: newId(),
    when_uncertain: "hold" as const,
  };
  expect(await createCampaign(fixture.context, draft, "Anna")).toMatchObject({ kind: "created" });
});

test("of two people who edit one draft, the second is told and overwrites nothing unawares", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  const id = await fixture.draft();
  const seen = (await readCampaign(context.db, id))?.revision;
  expect(await changeCampaign(context, id, { name: "Anna's" }, "Anna", seen)).toEqual({
    kind: "changed",
  });
  expect(await changeCampaign(context, id, { name: "Bo's" }, "Bo", seen)).toEqual({
    kind: "changed meanwhile",
  });
  expect((await readCampaign(context.db, id))?.name).toBe("Anna's");
});

test("a draft that was changed while it was launched is launched as it was reviewed, or not at all", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  for (let round = 0; round < 8; round++) {
    const id = await fixture.draft("Before");
    const [launch, change] = await Promise.all([
      launchCampaign(context, id, "Anna"),
      changeCampaign(context, id, { name: "After" }, "Bo"),
    ]);
    const [content] = await context.db.execute<{ name: string }>(sql`
      SELECT "body" -> 'campaign' ->> 'name' AS "name" FROM "campaign" JOIN "content" ON "hash" = "content_hash" WHERE "campaign"."id" = ${id}
    `);
    const now = await readCampaign(context.db, id);
    if (launch.kind === "launching") expect(content?.name).toBe(now?.name as string);
    else
      expect([launch.kind, change.kind, now?.state]).toEqual([
        "changed meanwhile",
        "changed",
        "draft",
      ]);
  }
});

test("a launch that was confirmed for another revision launches nothing", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  const id = await fixture.draft();
  const { revision } = (await readCampaign(context.db, id)) ?? {};
  await changeCampaign(context, id, { name: "Another" }, "Bo");
  expect(await launchCampaign(context, id, "Anna", { revision })).toEqual({
    kind: "changed meanwhile",
    what: ["draft"],
  });
});

test("a copy is a draft of the same parts, as far as they are still there", async () => {
  await using fixture = await campaignFixture(1);
  const { context, segment } = fixture;
  const original = await fixture.draft("x".repeat(200));
  await launchedWith(fixture, original, "finished", { sent: 1 });
  await context.db.execute(sql`DELETE FROM "template"`);
  const copy = await duplicateCampaign(context.db, original, "Bo");
  expect(copy.kind === "created" && (await readCampaign(context.db, copy.id))).toMatchObject({
    name: `${"x".repeat(193)} (copy)`,
    state: "draft",
    template: null,
    segments: [{ id: segment }],
    audience: 0,
    created_by: "Bo",
  });
  expect(await duplicateCampaign(context.db, newId(), "Bo")).toEqual({ kind: "unknown" });
});

test("a copy goes through the gateway that was chosen for its original, or through whichever is the default by then", async () => {
  await using fixture = await campaignFixture(1);
  const { db } = fixture.context;
  const gateway = newId();
  for (const byDefault of [true, false]) {
    const original = await fixture.draft(`By default: ${byDefault}`);
    await launchedWith(fixture, original, "finished", { sent: 1 });
    await db.execute(sql`
      UPDATE "campaign" SET "gateway_id" = ${gateway}, "gateway_by_default" = ${byDefault} WHERE "id" = ${original}
    `);
    const copy = await duplicateCampaign(db, original, "Bo");
    expect(copy.kind === "created" && (await readCampaign(db, copy.id))?.gateway_id).toBe(
      byDefault ? null : gateway,
    );
  }
});

test("only drafts and ended campaigns are deleted", async () => {
  await using fixture = await campaignFixture(3);
  const { db } = fixture.context;
  for (const [state, counts] of [
    ["sending", { queued: 1 }],
    ["paused", { queued: 1 }],
    ["cancelling", { queued: 1 }],
  ] as const) {
    const id = await fixture.draft();
    await launchedWith(fixture, id, state, counts);
    expect(await deleteCampaign(db, id)).toMatchObject({ kind: "refused", state });
  }
  expect(await deleteCampaign(db, await fixture.draft())).toEqual({ kind: "deleted", emails: 0 });
  expect(await deleteCampaign(db, newId())).toEqual({ kind: "unknown" });
});

test("with a deleted campaign go its emails, events, batches and content, and nothing of another", async () => {
  await using fixture = await campaignFixture(5);
  const { db } = fixture.context;
  const [gone, stays] = [await fixture.draft("Gone"), await fixture.draft("Stays")];
  await launchedWith(fixture, gone, "finished", { sent: 4, failed: 1 });
  await launchedWith(fixture, stays, "finished", { sent: 2 });
  for (const id of [gone, stays]) {
    await db.execute(sql`INSERT INTO "content" ("hash", "body") VALUES (${id}, '{}')`);
    await db.execute(sql`UPDATE "campaign" SET "content_hash" = ${id} WHERE "id" = ${id}`);
    await db.execute(
      sql`INSERT INTO "batch" ("campaign_id", "email_ids", "runs", "size") VALUES (${id}, '{}', '{}', 0)`,
    );
  }
  expect(await deleteCampaign(db, gone)).toEqual({ kind: "deleted", emails: 5 });
  expect(await clearStrays(db, never)).toBe(5);
  expect(await clearStrays(db, never)).toBe(0);
  const left = await db.execute<{
    emails: number;
    events: number;
    batches: number;
    contents: number;
  }>(sql`
    SELECT (SELECT count(*)::integer FROM "email") AS "emails", (SELECT count(*)::integer FROM "email_event") AS "events",
      (SELECT count(*)::integer FROM "batch") AS "batches", (SELECT count(*)::integer FROM "content") AS "contents"
  `);
  expect({ ...left[0] }).toEqual({ emails: 2, events: 4, batches: 1, contents: 1 });
  expect((await readCampaign(db, stays))?.counts.sent).toBe(2);
});

test("a requeue in the moment of the deletion finds nothing, and leaves nothing behind", async () => {
  await using fixture = await campaignFixture(4);
  const { db } = fixture.context;
  for (let round = 0; round < 5; round++) {
    const id = await fixture.draft();
    await launchedWith(fixture, id, "finished", { failed: 4 });
    const [deletion, requeue] = await Promise.all([
      deleteCampaign(db, id),
      requeueInTime(fixture.context, id, "Anna", ["failed"]),
    ]);
    if (deletion.kind === "deleted") {
      expect(["unknown", "requeued"]).toContain(requeue.kind);
      await clearStrays(db, never);
      const [left] = await db.execute<{ rows: number }>(
        sql`SELECT (SELECT count(*) FROM "email" WHERE "campaign_id" = ${id})::integer + (SELECT count(*) FROM "batch" WHERE "campaign_id" = ${id})::integer AS "rows"`,
      );
      expect(left?.rows).toBe(0);
    } else expect([deletion.kind, requeue.kind]).toEqual(["refused", "requeued"]);
  }
});

test("segments to choose from are found by name, and the chosen ones are always among them", async () => {
  await using fixture = await campaignFixture(1);
  const { db } = fixture.context;
  await db.execute(
    sql`INSERT INTO "segment" ("name") SELECT 'Segment ' || n FROM generate_series(1, 60) AS n`,
  );
  const { segments, more } = await segmentChoices(db, [fixture.segment], "");
  expect([segments.length, more, segments[0]?.name]).toEqual([50, true, "Everybody"]);
  const found = await segmentChoices(db, [fixture.segment], "ment 59");
  expect(found.segments.map(({ name }) => name)).toEqual(["Everybody", "Segment 59"]);
  expect((await segmentChoices(db, [], "100%")).segments).toEqual([]);
});
