import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { failedAgain, tell } from "../../testing/arrivals.ts";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { arrivalOf, howManyMayHaveArrived, mayHaveArrived } from "./arrivals.ts";

test("an email that is not sent may have arrived when a gateway had accepted it in any run, or nobody knows that of one", async () => {
  await using fixture = await campaignFixture(30);
  const { db } = fixture.context;
  const campaign = await fixture.draft();
  const { failed, uncertain } = await failedAgain(fixture, campaign, { failed: 9, uncertain: 1 });
  const [none, refused, delivered, bounced, complained, left, skipped, cancelled, another] = failed;
  const [doubted] = uncertain;
  await db.execute(sql`
    UPDATE "campaign" SET "failed" = 7, "skipped" = 1, "cancelled" = 1, "uncertain" = 1 WHERE "id" = ${campaign}
  `);
  for (const [id, state] of [
    [skipped, "skipped"],
    [cancelled, "cancelled"],
    [another, "uncertain"],
  ])
    await db.execute(sql`UPDATE "email" SET "state" = ${state} WHERE "id" = ${id}`);
  await tell(fixture, refused as string, "bounced", "smtp bounced 1.2");
  await tell(fixture, delivered as string, "delivered");
  await tell(fixture, bounced as string, "bounced", "smtp bounced by mail");
  await tell(fixture, complained as string, "complained");
  await tell(fixture, left as string, "unsubscribed");
  await tell(fixture, skipped as string, "delivered");
  await tell(fixture, cancelled as string, "delivered");

  const known = {
    [none as string]: undefined,
    [refused as string]: undefined,
    [delivered as string]: "delivered",
    [bounced as string]: "bounced",
    [complained as string]: "complained",
    [left as string]: "unsubscribed",
    [doubted as string]: "in doubt",
    [skipped as string]: "delivered",
    [cancelled as string]: "delivered",
  } as const;
  for (const [id, arrival] of Object.entries(known)) expect(await arrivalOf(db, id)).toBe(arrival);

  // What is told of another campaign makes no difference.
  const other = await fixture.draft("Another");
  const others = await launchedWith(fixture, other, "finished", { failed: 2 });
  await tell(fixture, others.failed[0] as string, "delivered");

  const states = ["failed", "skipped", "cancelled", "uncertain"] as const;
  expect(await mayHaveArrived(db, campaign, { states, emails: "all" })).toEqual({
    failed: 5,
    skipped: 1,
    cancelled: 1,
    uncertain: 1,
  });
  expect(await mayHaveArrived(db, campaign, { states: ["failed"], emails: "all" })).toEqual({
    failed: 5,
  });
  const named = [none, refused, delivered, doubted, another, ...others.failed] as string[];
  expect(await mayHaveArrived(db, campaign, { states, emails: named })).toEqual({
    failed: 2,
    uncertain: 1,
  });
  expect(await howManyMayHaveArrived(db, campaign, { states, emails: named })).toBe(3);
  expect(await mayHaveArrived(db, campaign, { states: [], emails: "all" })).toEqual({});
});

test("a count that takes too long is given up, and said to be so", async () => {
  await using fixture = await campaignFixture(1);
  const { db } = fixture.context;
  const campaign = await fixture.draft();
  await launchedWith(fixture, campaign, "finished", { failed: 1 });
  const asked = { states: ["failed"], emails: "all" } as const;
  await db.transaction(async (tx) => {
    await tx.execute(sql`LOCK TABLE "email_fact"`);
    expect(await howManyMayHaveArrived(db, campaign, asked, 20)).toBe("too long");
  });
  expect(await howManyMayHaveArrived(db, campaign, asked)).toBe(0);
});

test("a refusal of an earlier run does not say of an email that it may have arrived", async () => {
  await using fixture = await campaignFixture(2);
  const { db } = fixture.context;
  const campaign = await fixture.draft();
  const { failed } = await failedAgain(fixture, campaign, { failed: 2 });
  const [refused = "", accepted = ""] = failed;
  await tell(fixture, refused, "bounced", "smtp bounced 1.2");
  // There is no such refusal, so somebody else tells of a bounce.
  await tell(fixture, accepted, "bounced", "smtp bounced 2.2");
  expect([await arrivalOf(db, refused), await arrivalOf(db, accepted)]).toEqual([
    undefined,
    "bounced",
  ]);
  expect(await mayHaveArrived(db, campaign, { states: ["failed"], emails: "all" })).toEqual({
    failed: 1,
  });
});
