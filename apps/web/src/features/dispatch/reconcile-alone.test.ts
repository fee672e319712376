import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { silentLog, systemClock } from "@mailwright/platform";
import { emailClientStandIn } from "../../testing/email-client-stand-in.ts";
import { launchingCampaign, ledgerFixture, standing } from "../../testing/ledger.ts";
import { createLinks } from "../leaving/links.ts";
import { freezeLaunched } from "./freeze.ts";
import { handOverNext } from "./handover.ts";
import { reconcile } from "./reconcile.ts";

/** Whichever of the two is looked at first, one of them fails before the other is through. */
test.each([0, 1])(
  "a batch whose emails cannot be settled holds up no other (the one of campaign %p)",
  async (failing) => {
    await using ledger = await ledgerFixture(1);
    await using standIn = emailClientStandIn();
    const { db } = ledger;
    const links = createLinks(db, "https://web.example.com");
    const context = { db, clock: systemClock, log: silentLog, emailClient: standIn.client, links };
    const campaigns = [await launchingCampaign(ledger), await launchingCampaign(ledger)];
    await freezeLaunched(context);
    while ((await handOverNext(context)).kind === "handed");
    for (const { batch } of standIn.batches)
      standIn.answerAlways(`GET /v1/batches/${batch}`, { batch, done: true, emails: [] });
    // No number is left for its end.
    await db.execute(
      sql`UPDATE "email" SET "seq" = 32767 WHERE "campaign_id" = ${campaigns[failing]}`,
    );
    await reconcile(context, { restS: 0, overdueS: 0 });
    const counts = await Promise.all(
      campaigns.map(async (campaign) => (await standing(db, campaign)).counts),
    );
    expect(counts[failing]).toEqual({ queued: 1 });
    expect(counts[1 - failing]).toEqual({ uncertain: 1 });
  },
);
