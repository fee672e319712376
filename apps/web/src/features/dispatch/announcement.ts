import { parseNothing, type Suppressed, SUPPRESSED_LIMIT } from "@mailwright/protocol";
import {
  dropWithheld,
  markAnnounced,
  takeUnannounced,
  takeWithheld,
  withUnbrought,
} from "./announcement-queries.ts";
import type { DispatchContext } from "./context.ts";

/** Suppressions announced at once. */
const MOST = 500;
/** And before whoever dispatches does something else: a file with a million of them holds no campaign up. */
const MOST_TIMES = 20;

/**
 * Tells the email client of emails that must not be attempted any more, because their recipient was suppressed or erased after
 * they were handed over; those that were not are skipped by the hand-over. A hand-over that read its recipients before the
 * suppression or the erasure, and arrives after this, is no gap: the email client remembers what it does not have yet. The
 * last that came are told of first, so that nobody who leaves waits for a file. False when there is nothing left to tell now.
 */
export async function announceSuppressions(
  context: DispatchContext,
  signal?: AbortSignal,
): Promise<boolean> {
  for (let times = 0; times < MOST_TIMES; times++)
    if (signal?.aborted === true || !(await announceSome(context))) return false;
  return true;
}

/** Whether there may be more. What could not be told is left for the next look. */
async function announceSome(context: DispatchContext): Promise<boolean> {
  return context.db.transaction(async (tx) => {
    const { suppressions, emails } = await takeUnannounced(tx, MOST);
    const withheld = await takeWithheld(tx, SUPPRESSED_LIMIT);
    if (suppressions.length === 0 && withheld.length === 0) return false;
    const told = await withUnbrought(tx, [...withheld, ...emails]);
    if (!(await tellSuppressed(context, told))) return false;
    await markAnnounced(tx, suppressions);
    await dropWithheld(tx, withheld);
    return suppressions.length === MOST || withheld.length === SUPPRESSED_LIMIT;
  });
}

/** Tells the email client that no attempt of these emails may begin; false when it could not be told of all. */
export async function tellSuppressed(
  { emailClient, log }: Pick<DispatchContext, "emailClient" | "log">,
  emails: Suppressed["emails"],
): Promise<boolean> {
  for (let at = 0; at < emails.length; at += SUPPRESSED_LIMIT) {
    const some = { emails: emails.slice(at, at + SUPPRESSED_LIMIT) };
    const answer = await emailClient.call("PUT", "/v1/suppressed", some, parseNothing);
    if (answer.kind !== "ok") {
      log.warn(
        { emails: emails.length, answer },
        "the email client could not be told whom to skip",
      );
      return false;
    }
  }
  return true;
}
