import { type BatchStatus, parseBatchStatus, type Recipient } from "@mailwright/protocol";
import { retried } from "../../db/retry.ts";
import { tellSuppressed } from "./announcement.ts";
import type { DispatchContext } from "./context.ts";
import { syncControl } from "./control.ts";
import { postBatch, putContent, toRecipient } from "./handover.ts";
import type { ClaimedBatch } from "./handover-queries.ts";
import { isForGood, pauseFor } from "./refused-batch.ts";
import {
  type BatchToCheck,
  batchesToCheck,
  dropBatch,
  dropEndedBatches,
  type OpenEmail,
  openEmailsOf,
  settleAsUncertain,
} from "./reconcile-queries.ts";

/** How long a batch rests between two looks, and how long an email may be silent before it is asked after. Seconds. */
export interface ReconcilePace {
  restS: number;
  overdueS: number;
}

const RECONCILE_PACE: ReconcilePace = { restS: 15, overdueS: 30 };

/** Batches looked at in one round. */
const MOST = 20;

const ERASED =
  "The email client lost it, and its contact was deleted: without an address nobody can be asked what became of it.";
const REFUSED =
  "The email client lost it, and refused to have it back when the campaign was being cancelled: it may have been sent before.";
const FORGOTTEN =
  "The email client reported how it ended, and this ledger, restored from an older copy, does not have that report.";

/**
 * Looks after the batches at the email client: drops those that are through, and asks after emails that should have been
 * heard of. What the email client never had, or has lost, is handed over again, as something that may have been tried;
 * what its campaign is to do, and whom not to mail, it hears again each time.
 */
export async function reconcile(
  context: DispatchContext,
  pace: ReconcilePace = RECONCILE_PACE,
): Promise<void> {
  await retried(() => dropEndedBatches(context.db));
  const batches = await batchesToCheck(context.db, { restS: pace.restS, most: MOST });
  const overdue: BatchToCheck[] = [];
  const withheld: Pick<OpenEmail, "id" | "run">[] = [];
  for (const batch of batches) {
    const open = await openEmailsOf(context.db, batch.id, pace.overdueS);
    if (open.length === 0) await dropBatch(context.db, batch.id);
    if (open.some((email) => email.overdue)) overdue.push(batch);
    withheld.push(...open.filter(isWithheld).map(({ id, run }) => ({ id, run })));
  }
  // A Redis that was set back by a moment may have lost the last word or order and nothing else, which no batch shows: whoever
  // has left would be mailed, and a campaign that was resumed would stay paused there for ever. The word comes first: by the
  // order a campaign may go on.
  await tellSuppressed(context, withheld);
  const told = new Set<string>();
  for (const campaign of new Set(batches.map(({ campaign_id }) => campaign_id)))
    if (await syncControl(context, campaign)) told.add(campaign);
  for (const batch of overdue)
    if (told.has(batch.campaign_id)) await askAfterAlone(batch, pace, context);
}

/** Whether no attempt of an email may begin any more. */
function isWithheld({ suppressed, contact }: OpenEmail): boolean {
  return suppressed || contact === null;
}

/** A batch that cannot be asked after, or whose answer cannot be kept, is left for the next round and holds up no other. */
async function askAfterAlone(
  batch: BatchToCheck,
  pace: ReconcilePace,
  context: DispatchContext,
): Promise<void> {
  try {
    await askAfter(batch, pace, context);
  } catch (error) {
    context.log.error({ err: error, batch: batch.id }, "a batch could not be reconciled");
  }
}

/** The answer is held against the ledger as it is then: what ended or was requeued meanwhile is not missing. */
async function askAfter(
  batch: BatchToCheck,
  { overdueS }: ReconcilePace,
  context: DispatchContext,
): Promise<void> {
  const { db, emailClient, log } = context;
  const answer = await emailClient.call(
    "GET",
    `/v1/batches/${batch.id}`,
    undefined,
    parseBatchStatus,
  );
  if (answer.kind === "ok")
    await compare(batch, await openEmailsOf(db, batch.id, overdueS), answer.value, context);
  else if (answer.kind === "refused" && answer.status === 404)
    await handOverAgain(batch, await openEmailsOf(db, batch.id, overdueS), context);
  else log.warn({ batch: batch.id, answer }, "the email client could not be asked after a batch");
}

/** The email client has the batch. What it still has is on its way; what it has not, it had reported. */
async function compare(
  batch: ClaimedBatch,
  open: OpenEmail[],
  status: BatchStatus,
  context: DispatchContext,
): Promise<void> {
  const { db, log } = context;
  if (status.content_missing === true) await bringContentAgain(batch, context);
  const held = new Set(status.emails.map(({ id }) => id));
  const forgotten = open.filter(({ id, overdue }) => overdue && !held.has(id));
  if (forgotten.length === 0) return;
  log.error(
    { batch: batch.id, emails: forgotten.length },
    "reports of emails that have ended are missing in the ledger",
  );
  await retried(() => settleAsUncertain(db, forgotten, FORGOTTEN));
}

/** The batch waits for it; should it not be taken, the next look finds it missing again. */
async function bringContentAgain(batch: ClaimedBatch, context: DispatchContext): Promise<void> {
  const { log } = context;
  const answer = await putContent(batch.content_hash, context);
  const said = { batch: batch.id, content: batch.content_hash, answer };
  if (answer.kind === "ok")
    log.error(said, "the email client had lost the content of a batch; it has it again");
  else log.warn(said, "the lost content of a batch was not taken");
}

/**
 * The email client has lost the batch: its Redis was emptied, replaced or set back. The campaign's control went with it
 * and was told again before; the word of whom not to mail must be there before any email is, too. Of who was erased there
 * is no address to hand over, and their emails may have been attempted like all the others.
 */
async function handOverAgain(
  batch: BatchToCheck,
  lost: OpenEmail[],
  context: DispatchContext,
): Promise<void> {
  const erased = lost.filter(({ contact }) => contact === null);
  if (erased.length > 0) await retried(() => settleAsUncertain(context.db, erased, ERASED));
  const known = lost.filter(({ contact }) => contact !== null);
  if (known.length === 0) return;
  context.log.error(
    { batch: batch.id, emails: known.length },
    "the email client has lost a batch; it is handed over again",
  );
  const suppressed = known.filter((email) => email.suppressed).map(({ id, run }) => ({ id, run }));
  if (!(await tellSuppressed(context, suppressed))) return;
  const linkOf = await context.links.toLeave();
  const recipients = known.map((email) => lostRecipient(email, linkOf));
  const answer = await postBatch(batch, recipients, context);
  if (answer.kind === "ok") return;
  context.log.warn({ batch: batch.id, answer }, "a lost batch was not taken");
  if (!isForGood(answer)) return;
  if (batch.cancelling) await retried(() => settleAsUncertain(context.db, known, REFUSED));
  else await pauseFor(answer, batch, context);
}

/** It goes on from what the ledger knows. It may have been attempted since, so it will be asked after, not just sent. */
function lostRecipient(email: OpenEmail, linkOf: (email: string) => string): Recipient {
  const { seq, state, attempt, first_at } = email;
  return {
    ...toRecipient(email, linkOf),
    last_known: {
      seq,
      state,
      attempt,
      ...(first_at !== null && { first_at: Math.round(first_at) }),
    },
  };
}
