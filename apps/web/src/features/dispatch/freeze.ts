import type { Queryable } from "../../db/open.ts";
import { liftStatementTimeout } from "../../db/statement-timeout.ts";
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
 * the middle nothing has happened, and whoever looks next does it; however many webs look, one does it. A launch that is
 * taken back meanwhile leaves nothing behind. Resolves with how many were frozen.
 */
export async function freezeLaunched({ db, log }: DispatchContext): Promise<number> {
  let done = 0;
  for (const campaign of await launchingCampaigns(db)) {
    try {
      const frozen = await db.transaction((tx) => freeze(tx, campaign));
      if (frozen === undefined) continue;
      done++;
      log.info({ campaign, ...frozen }, "the audience is frozen");
    } catch (error) {
      if (!(error instanceof TakenBackError)) throw error;
      log.info({ campaign }, "a launch was taken back while its audience was being frozen");
    }
  }
  return done;
}

async function freeze(
  tx: Queryable,
  campaign: string,
): Promise<{ queued: number; skipped: number } | undefined> {
  // A million rows take longer than any page would wait.
  await liftStatementTimeout(tx);
  const launch = await takeFreeze(tx, campaign);
  if (launch === undefined) return undefined;
  const segments = await segmentsOf(tx, campaign);
  const frozen = await freezeAudience(tx, campaign, audienceCondition(segments));
  if (frozen.queued + frozen.skipped === 0) await backToDraft(tx, campaign, launch, NOBODY);
  else if (!(await beginSending(tx, campaign, launch, frozen))) throw new TakenBackError();
  return frozen;
}

/** Rolls back what was frozen for a launch that is none any more. */
class TakenBackError extends Error {
  override readonly name = "TakenBackError";
}
