import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { silentLog, systemClock } from "@mailwright/platform";
import type { Batch, ServiceClient } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { campaignFixture } from "../../testing/campaigns.ts";
import { frozenCampaign } from "../../testing/dispatch.ts";
import { emailClientStandIn } from "../../testing/email-client-stand-in.ts";
import { launchingCampaign, ledgerFixture } from "../../testing/ledger.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { launchCampaign } from "../campaigns/launch.ts";
import { pauseCampaign, resumeCampaign } from "../campaigns/steering.ts";
import { holdFreezes } from "../contacts/erasure-queries.ts";
import { createLinks } from "../leaving/links.ts";
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

test("a campaign that the email client has no room for keeps none of the others waiting, whichever is more urgent", async () => {
  await using ledger = await ledgerFixture(3_000);
  await using standIn = emailClientStandIn();
  const { db } = ledger;
  const [urgent, other] = [await launchingCampaign(ledger), await launchingCampaign(ledger)];
  await db.execute(sql`UPDATE "campaign" SET "priority" = 1 WHERE "id" = ${urgent}`);
  const refusals: string[] = [];
  const emailClient: ServiceClient = {
    async call(method, path, body, ...rest) {
      const { batch, campaign } = { ...(body as Partial<Batch> | undefined) };
      if (campaign !== urgent) return standIn.client.call(method, path, body, ...rest);
      refusals.push(batch ?? "");
      return { kind: "refused", status: 429, why: "it is full", retryAfterS: 60, body: undefined };
    },
  };
  const links = createLinks(db, "https://web.example.com");
  const context = { db, clock: systemClock, log: silentLog, emailClient, links };
  while ((await freezeLaunched(context)) > 0);
  await using _ = startDispatcher(context);
  await until(() => standIn.batches.length === 6, { what: "the other to be handed over" });
  expect(new Set(standIn.batches.map(({ campaign }) => campaign))).toEqual(new Set([other]));
  // For as long as it says it is left alone.
  expect(refusals.length).toBeLessThanOrEqual(4);
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
