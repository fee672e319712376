import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { until } from "@mailwright/testing";
import { campaignFixture } from "../../testing/campaigns.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { launchCampaign } from "../campaigns/launch.ts";
import { holdFreezes } from "../contacts/erasure-queries.ts";
import { suppress } from "../suppressions/suppressions.ts";
import { startDispatcher } from "./dispatcher.ts";
import { freezeLaunched } from "./freeze.ts";

test("while an audience is being frozen, the email client is told who left, and nobody waits for the next look", async () => {
  await using fixture = await campaignFixture(3);
  const { context, standIn } = fixture;
  const { db } = context;
  await using dispatcher = startDispatcher(context);
  await launchCampaign(context, await fixture.draft("First"), "Anna");
  dispatcher.wake();
  await until(() => standIn.batches.length === 1, { what: "the first campaign to be handed over" });
  await db.transaction(async (tx) => {
    await holdFreezes(tx);
    await launchCampaign(context, await fixture.draft("Second"), "Anna");
    dispatcher.wake();
    await lockWait(db);
    await suppress(db, ["p2@example.com"], { reason: "unsubscribed", origin: "a test" });
    await until(() => standIn.suppressed.length === 1, { what: "the email client to be told" });
    expect(standIn.batches).toHaveLength(1);
  });
  await until(() => standIn.batches.length === 2, {
    what: "the second campaign to be handed over",
  });
});

test("whoever cannot freeze, since another web is at it, does not wait for those who erase", async () => {
  await using fixture = await campaignFixture(2);
  const { context } = fixture;
  const { db } = context;
  const id = await fixture.draft();
  await launchCampaign(context, id, "Anna");
  await db.transaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`freeze ${id}`}, 0))`);
    await holdFreezes(tx);
    expect(await freezeLaunched(context)).toBe(0);
  });
  expect(await freezeLaunched(context)).toBe(1);
});
