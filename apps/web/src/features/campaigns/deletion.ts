import type { Clock, Log } from "@mailwright/platform";
import type { CampaignState } from "../../campaign-words.ts";
import type { Database } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { createBell, type Work } from "../../work.ts";
import { deleteCampaignRow, deleteStrays, findDeletedCampaign } from "./deletion-queries.ts";
import { lockCampaign } from "./queries.ts";
import { mayDelete } from "./standing.ts";

export type Deletion =
  | { kind: "deleted"; emails: number }
  | { kind: "unknown" }
  | { kind: "refused"; state: CampaignState; why: string };

/**
 * Deletes a draft, or a campaign that has ended. It is gone at once, however large it was; its emails and their history
 * are cleared away behind it by `clearDeletedCampaigns`, and no page finds them meanwhile.
 */
export async function deleteCampaign(db: Database, id: string): Promise<Deletion> {
  // A requeue under way locks its order before the campaign, and here the order goes with the campaign.
  return retried(() =>
    db.transaction(async (tx): Promise<Deletion> => {
      const now = await lockCampaign(tx, id);
      if (now === undefined) return { kind: "unknown" };
      if (!mayDelete(now.state)) return { kind: "refused", state: now.state, why: WHY_NOT };
      await deleteCampaignRow(tx, id);
      return { kind: "deleted", emails: now.audience };
    }),
  );
}

const WHY_NOT = "Only a draft or a campaign that has ended can be deleted. Cancel it first.";

/** Emails deleted in one statement: a second's work, and what a crash leaves undone. */
const AT_ONCE = 5_000;
/** How often it is looked for what another web deleted, or a crash left behind. */
const LOOK_EVERY_MS = 60_000;
/** After a failure (Postgres is down, say), before the next try. */
const AFTER_FAILURE_MS = 5_000;

/** Clears away the emails of deleted campaigns, until `signal` aborts: soon after it is announced, or within a minute. */
export async function clearDeletedCampaigns(
  { db, clock, log, work }: { db: Database; clock: Clock; log: Log; work: Work },
  signal: AbortSignal,
): Promise<void> {
  const bell = createBell(clock, signal);
  using _heard = work.onAnnounced(() => bell.ring());
  while (!signal.aborted) {
    let wait = LOOK_EVERY_MS;
    try {
      const cleared = await clearStrays(db, signal);
      if (cleared > 0)
        log.info({ emails: cleared }, "the emails of deleted campaigns are cleared away");
    } catch (error) {
      if (signal.aborted) return;
      log.error({ err: error }, "the emails of a deleted campaign could not be cleared away yet");
      wait = AFTER_FAILURE_MS;
    }
    await bell.rungOr(wait);
  }
}

/** Deletes every email whose campaign is gone, a few thousand at a time; the answer is how many. */
export async function clearStrays(db: Database, signal: AbortSignal): Promise<number> {
  for (let cleared = 0; ;) {
    const campaign = signal.aborted ? undefined : await findDeletedCampaign(db);
    if (campaign === undefined) return cleared;
    const emails = await deleteStrays(db, campaign, AT_ONCE);
    // The rest is another web's at this moment.
    if (emails === 0) return cleared;
    cleared += emails;
  }
}
