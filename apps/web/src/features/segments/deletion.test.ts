import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { campaignFixture } from "../../testing/campaigns.ts";
import { testContext } from "../../testing/context.ts";
import { launchCampaign } from "../campaigns/launch.ts";
import { deletionOf, deleteSegment } from "./deletion.ts";
import { asks, campaignTo, created, withContacts } from "./fixtures/segments.ts";
import { addToSegment, createSegment } from "./segments.ts";

describe("deleting a segment", () => {
  test("takes its memberships and its place in drafts; contacts and what was sent stay", async () => {
    const { context, contacts } = await withContacts(2);
    await using _ = context;
    const { db } = context;
    const { id } = await created(db, "Old");
    await addToSegment(db, id, contacts);
    await campaignTo(db, id, "Spring", "draft");
    await campaignTo(db, id, "Autumn", "draft");
    await campaignTo(db, id, "Winter", "finished");
    const deletion = await deletionOf(db, id);
    expect(deletion?.drafts.map(({ name }) => name)).toEqual(["Autumn", "Spring"]);
    expect(await deleteSegment(db, id)).toEqual({ kind: "deleted" });
    const [left] = await db.execute(sql`
      SELECT (SELECT count(*)::integer FROM "contact") AS "contacts", (SELECT count(*)::integer FROM "segment_contact") AS "members",
        (SELECT count(*)::integer FROM "campaign") AS "campaigns"
    `);
    expect(left).toEqual({ contacts: 2, members: 0, campaigns: 3 });
    expect(await deleteSegment(db, id)).toEqual({ kind: "unknown" });
    expect(await deletionOf(db, id)).toBeUndefined();
  });

  test("is refused while a rule asks for it, or a campaign is being launched to it", async () => {
    await using context = await testContext();
    const { db } = context;
    const { id } = await created(db, "Unsubscribed by phone");
    const rule = { all: [{ any: [asks(id)] }] };
    const asking = await created(db, "Everybody else", rule);
    const obstacle = {
      kind: "rules" as const,
      segments: [{ id: asking.id, name: "Everybody else" }],
    };
    expect((await deletionOf(db, id))?.obstacle).toEqual(obstacle);
    expect(await deleteSegment(db, id)).toEqual({ kind: "refused", obstacle });
    await deleteSegment(db, asking.id);
    await campaignTo(db, id, "Now", "launching");
    expect(await deleteSegment(db, id)).toMatchObject({
      kind: "refused",
      obstacle: { kind: "launching", campaigns: [{ name: "Now" }] },
    });
  });

  test("and a rule that comes to ask for it at the same moment never leave a rule without its segment", async () => {
    await using context = await testContext();
    const { db } = context;
    for (let round = 0; round < 12; round++) {
      const { id } = await created(db, `Target ${round}`);
      const [deleted, asking] = await Promise.all([
        deleteSegment(db, id),
        createSegment(db, { name: `Asking ${round}`, rule: asks(id) }),
      ]);
      expect([deleted.kind === "deleted", asking.kind === "created"].toSorted()).toEqual([
        false,
        true,
      ]);
    }
  });

  test("and a launch to it at the same moment never leave a launched campaign without its segment", async () => {
    await using fixture = await campaignFixture(2);
    const { context } = fixture;
    const { db } = context;
    await context.gatewayWatch.refresh();
    const seen = new Set<string>();
    for (let round = 0; round < 16; round++) {
      const segment = (await created(db, `Target ${round}`)).id;
      const contacts = await db.execute<{ id: string }>(sql`SELECT "id" FROM "contact"`);
      await addToSegment(
        db,
        segment,
        contacts.map(({ id }) => id),
      );
      const draft = await fixture.draft(`To ${round}`);
      await db.execute(
        sql`INSERT INTO "campaign_segment" ("campaign_id", "segment_id") VALUES (${draft}, ${segment})`,
      );
      const [launched, deleted] = await Promise.all([
        launchCampaign(context, draft, "Anna"),
        // At another point of the launch in each round.
        db.execute(sql`SELECT pg_sleep(${round / 1_000})`).then(() => deleteSegment(db, segment)),
      ]);
      const [named] = await db.execute<{ segments: number; frozen: string[] }>(sql`
        SELECT (SELECT count(*)::integer FROM "campaign_segment" WHERE "campaign_id" = ${draft}) AS "segments",
          "segment_names" AS "frozen" FROM "campaign" WHERE "id" = ${draft}
      `);
      if (launched.kind === "launching")
        expect([round, named?.segments]).toEqual([round, named?.frozen.length]);
      seen.add(`${launched.kind}, ${deleted.kind}`);
    }
    expect(seen.difference(PAIRS)).toEqual(new Set());
  });
});

/** The launch came first and keeps the segment, or the deletion did: then the launch is without it, or told so. */
const PAIRS = new Set(["launching, refused", "launching, deleted", "changed meanwhile, deleted"]);
