import { sql } from "drizzle-orm";
import type { SegmentRule } from "../../db/schema/segments.ts";
import { audienceCondition } from "../segments/audience.ts";
import type { DispatchContext } from "./context.ts";
import {
  backToDraft,
  beginSending,
  freezeAudience,
  launchingCampaigns,
  segmentsOf,
  takeFreeze,
} from "./freeze-queries.ts";

const NOBODY = "Nobody was left in its segments when the audience was to be frozen.";

/**
 * Freezes the audience of every campaign that was launched: one transaction each. Should this web or Postgres die in
 * the middle nothing has happened, and whoever looks next does it; however many webs look, one does it.
 */
export async function freezeLaunched({ db, log }: DispatchContext): Promise<void> {
  for (const campaign of await launchingCampaigns(db)) {
    await db.transaction(async (tx) => {
      // A million rows take longer than any page would wait.
      await tx.execute(sql`SET LOCAL statement_timeout = 0`);
      if (!(await takeFreeze(tx, campaign))) return;
      const segments = await segmentsOf<SegmentRule>(tx, campaign);
      const frozen = await freezeAudience(tx, campaign, audienceCondition(segments));
      if (frozen.queued + frozen.skipped === 0) await backToDraft(tx, campaign, NOBODY);
      else await beginSending(tx, campaign, frozen);
      log.info({ campaign, ...frozen }, "the audience is frozen");
    });
  }
}
