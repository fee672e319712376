import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { until } from "@mailwright/testing";
import { campaignFixture } from "../../testing/campaigns.ts";
import { frozenCampaign } from "../../testing/dispatch.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { launchCampaign } from "../campaigns/launch.ts";
import { pauseCampaign, resumeCampaign } from "../campaigns/steering.ts";
import { holdFreezes } from "../contacts/erasure-queries.ts";
import { suppress } from "../suppressions/suppressions.ts";
import { syncControls } from "./control.ts";
import { startDispatcher } from "./dispatcher.ts";
import { freezeLaunched } from "./freeze.ts";
import { handOverNext } from "./handover.ts";

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

test("whom not to mail is told before a campaign may go on", async () => {
  await using given = await frozenCampaign(3);
  const { db, campaign, context, standIn } = given;
  await handOverNext(context);
  await pauseCampaign(db, campaign, "Anna");
  await syncControls(context);
  await suppress(db, ["p2@example.com"], { reason: "unsubscribed", origin: "a test" });
  await resumeCampaign(db, campaign, "Anna");
  const before = standIn.calls.length;
  await using _ = startDispatcher(context);
  await until(() => standIn.controls.at(-1)?.state === "running", { what: "it to go on" });
  expect(standIn.calls.slice(before).map(({ call }) => call)).toEqual([
    "PUT /v1/suppressed",
    `PUT /v1/campaigns/${campaign}/control`,
  ]);
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
