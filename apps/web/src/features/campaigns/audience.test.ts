import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, systemClock } from "@mailwright/platform";
import { ManualClock, until } from "@mailwright/testing";
import { campaignFixture } from "../../testing/campaigns.ts";
import { HTMX, signedInClient } from "../../testing/client.ts";
import { optOut } from "../segments/opt-outs.ts";
import { createSegment } from "../segments/segments.ts";
import { countAudience, estimateAudience } from "./audience.ts";

test("an audience counts each contact once, says how many are suppressed, and gives up in time", async () => {
  await using fixture = await campaignFixture(10);
  const { db } = fixture.context;
  const second = newId();
  await db.execute(sql`INSERT INTO "segment" ("id", "name") VALUES (${second}, 'Some')`);
  await db.execute(sql`
    INSERT INTO "segment_contact" ("segment_id", "contact_id") SELECT ${second}::uuid, "id" FROM "contact" LIMIT 4
  `);
  await db.execute(
    sql`INSERT INTO "suppression" ("canonical_email", "reason", "origin") VALUES ('p1@example.com', 'manual', 'test')`,
  );
  const both = [fixture.segment, second];
  expect(await estimateAudience(fixture.context, both)).toMatchObject(counted(10, 1));
  expect(await estimateAudience(fixture.context, [])).toMatchObject(counted(0, 0));
  await db.execute(sql`ALTER TABLE "contact" RENAME TO "contact_rows"`);
  await db.execute(
    sql`CREATE VIEW "contact" AS SELECT "contact_rows".* FROM "contact_rows", pg_sleep(0.05)`,
  );
  // What was counted in the last minute is shown with its age, and what is older is counted anew.
  expect(await countAudience(fixture.context, both, 20)).toMatchObject({ kind: "counted" });
  const later = { ...fixture.context, clock: { ...systemClock, now: () => Date.now() + 60_000 } };
  expect(await countAudience(later, both, 20)).toEqual({ kind: "at most", contacts: 14 });
});

function counted(contacts: number, suppressed: number) {
  return { kind: "counted", contacts, suppressed };
}

test("an audience is counted once for all who look, and anew when who is in it or must not be mailed has changed", async () => {
  const clock = new ManualClock();
  await using fixture = await campaignFixture(3, { clock });
  const { context, segment } = fixture;
  const { db } = context;
  const rule = { field: "first_name", is: "equals", value: "P1" };
  const made = await createSegment(db, { name: "Those called P1", rule });
  const dynamic = made.kind === "created" ? made.segment.id : "";
  const estimates = () =>
    Promise.all([[segment], [dynamic]].map((ids) => estimateAudience(context, ids)));
  expect(await estimates()).toMatchObject([counted(3, 0), counted(1, 0)]);
  await db.execute(sql`
    INSERT INTO "suppression" ("canonical_email", "reason", "origin") VALUES ('p1@example.com', 'manual', 'test')
  `);
  expect(await estimates()).toMatchObject([counted(3, 1), counted(1, 1)]);
  await db.execute(
    sql`DELETE FROM "segment_contact" WHERE "contact_id" IN (SELECT "id" FROM "contact" WHERE "first_name" = 'P1')`,
  );
  await db.execute(sql`UPDATE "contact" SET "first_name" = 'P1'`);
  expect(await estimates()).toMatchObject([counted(2, 0), counted(1, 1)]);
  await clock.advance(30_000);
  expect(await estimates()).toMatchObject([counted(2, 0), counted(1, 1)]);
  await until(async () => {
    expect(await estimates()).toMatchObject([counted(2, 0), counted(3, 1)]);
    return true;
  });
  await db.execute(sql`UPDATE "contact" SET "first_name" = 'P2'`);
  await clock.advance(300_000);
  expect(await estimates()).toMatchObject([counted(2, 0), counted(0, 0)]);
  await db.execute(sql`UPDATE "contact" SET "first_name" = 'P1'`);
  await clock.advance(300_000);
  expect(await estimates()).toMatchObject([counted(2, 0), counted(3, 1)]);
  const [one] = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "contact" WHERE "email" = 'p1@example.com'`,
  );
  await optOut(db, dynamic, one?.id ?? "", newId());
  expect(await estimates()).toMatchObject([counted(2, 0), counted(2, 0)]);
});

test("what is shown before a launch is of the last minute, and its age is told; it is the same number elsewhere afterwards", async () => {
  const clock = new ManualClock();
  await using fixture = await campaignFixture(3, { clock });
  const { context, template } = fixture;
  const { db } = context;
  const rule = { field: "first_name", is: "equals", value: "P1" };
  const made = await createSegment(db, { name: "Those called P1", rule });
  const segment = made.kind === "created" ? made.segment.id : "";
  const editor = await signedInClient(context, "editor");
  const draft = await editor.post("/campaigns", {
    name: "Spring sale",
    template_id: template,
    segment_ids: [segment],
    gateway_id: "",
    when_uncertain: "hold",
  });
  const path = draft.headers.get("location") as string;
  const overview = async () => (await editor.get(path)).textOf(".card-lead");
  const estimate = async () =>
    (await editor.get(`/campaigns/estimate?segment_ids=${segment}`, HTMX)).textOf(
      ".audience-estimate",
    );
  const launch = async () => {
    const review = await editor.get(`${path}/launch`);
    return [
      review.textOf(".audience-figure"),
      review.find("main button").some(({ text }) => text === "Launch to 3 recipients"),
    ];
  };
  expect(await overview()).toBe("It would go to 1 contact as of now.");
  await db.execute(sql`UPDATE "contact" SET "first_name" = 'P1'`);
  await clock.advance(25_000);
  expect(await overview()).toBe("It would go to 1 contact as of 25 seconds ago.");
  expect(await estimate()).toBe("1 contact as of 25 seconds ago, each counted once.");
  expect(await launch()).toEqual(["1recipient, each once, as of 25 seconds ago", false]);
  await clock.advance(60_000);
  expect(await launch()).toEqual(["3recipients, each once, as of now", true]);
  expect(await overview()).toBe("It would go to 3 contacts as of now.");
  expect(await estimate()).toBe("3 contacts as of now, each counted once.");
});
