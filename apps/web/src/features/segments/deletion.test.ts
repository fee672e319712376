import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { testContext } from "../../testing/context.ts";
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
});
