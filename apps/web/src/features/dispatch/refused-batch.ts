import { parseBatchStatus, type ServiceAnswer } from "@mailwright/protocol";
import { pauseBecause } from "../campaigns/steering.ts";
import type { DispatchContext } from "./context.ts";
import { type BatchToHandOver, unclaimBatch } from "./handover-queries.ts";

type Refusal = Extract<ServiceAnswer<unknown>, { kind: "refused" }>;

/** What the email client says of what it will not take either when it is brought again: it is malformed or too large. */
const FOR_GOOD: ReadonlySet<number> = new Set([400, 413, 422]);

export function isForGood(answer: ServiceAnswer<unknown>): answer is Refusal {
  return answer.kind === "refused" && FOR_GOOD.has(answer.status);
}

/**
 * What becomes of a batch that is refused for good: it would come before all others again and again. Its campaign is paused
 * and says why, for a person to mend it or to cancel. `given up`: it was being cancelled, and the email client does not have
 * the batch, so it is nobody's any more and is cancelled here.
 */
export async function setAside(
  batch: BatchToHandOver,
  refusal: Refusal,
  context: DispatchContext,
): Promise<"given up" | "kept"> {
  if (!batch.cancelling) {
    await pauseFor(refusal, batch, context);
    return "kept";
  }
  const { emailClient, db } = context;
  const found = await emailClient.call(
    "GET",
    `/v1/batches/${batch.id}`,
    undefined,
    parseBatchStatus,
  );
  const isNowhere = found.kind === "refused" && found.status === 404;
  return isNowhere && (await unclaimBatch(db, batch)) ? "given up" : "kept";
}

/** Pauses the campaign of a batch that is refused for good, if it is sending. Nobody has been sent an email by this try. */
export async function pauseFor(
  { why: said }: Refusal,
  { id, campaign_id }: Pick<BatchToHandOver, "id" | "campaign_id">,
  { db, log }: DispatchContext,
): Promise<void> {
  const why = `The email client refused some of these emails, and nobody was sent one of them by that: ${said} Mend the template or the contacts, then resume; or cancel what is left.`;
  if (await pauseBecause(db, campaign_id, why))
    log.error({ campaign: campaign_id, batch: id }, "a campaign is paused: a batch is refused");
}
