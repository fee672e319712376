import {
  type Batch,
  parseBatchStatus,
  parseNothing,
  RECIPIENT_NAME_LENGTH,
  type Recipient,
  type ServiceAnswer,
} from "@mailwright/protocol";
import { contactVariables } from "@mailwright/template";
import { onceBack, retried } from "../../db/retry.ts";
import type { DispatchContext } from "./context.ts";
import { syncControl } from "./control.ts";
import {
  type BatchToHandOver,
  claimBatches,
  type ClaimedBatch,
  contentOf,
  type Handover,
  handoversOf,
  markHanded,
  releaseBatch,
  type Skip,
  skipEmails,
  wasTried,
} from "./handover-queries.ts";
import { isForGood, setAside } from "./refused-batch.ts";

/** Emails of one campaign that may be at the email client at once; more would only fill Redis. */
export const WINDOW = 20_000;

/** Batches handed over side by side. */
const AT_ONCE = 4;

/** How long a claim lasts. A web that died in the middle delays its batch by this much. */
const CLAIM_S = 15;

/** `firstAt`: by this web's clock, when the batch was first claimed. */
type DatedBatch = BatchToHandOver & { firstAt: number };

/**
 * `handed`: there may be more. `idle`: nothing to do now. `busy`: the email client wants to be asked later. `full`: of these
 * campaigns it takes no batch now; there may be more of others.
 */
export type HandoverRound =
  | { kind: "handed" }
  | { kind: "idle" }
  | { kind: "busy"; waitMs: number }
  | { kind: "full"; campaigns: string[]; waitMs: number };

/** What came of one batch: it is `done`, or for now no batch is taken of its campaign (`full`) or of any (`busy`). */
type BatchEnd = { kind: "done" } | { kind: "busy" | "full"; waitMs: number };

/**
 * Hands over the next batches, but for those of campaigns that there was no room for just now (`full`). Intent is in Postgres
 * before this, so whatever fails here is only done again.
 */
export async function handOverNext(
  context: DispatchContext,
  signal?: AbortSignal,
  full: readonly string[] = [],
): Promise<HandoverRound> {
  const askedAt = context.clock.now();
  const claimed = await claimBatches(context.db, {
    window: WINDOW,
    most: AT_ONCE,
    claimS: CLAIM_S,
    except: full,
  });
  if (claimed.length === 0) return { kind: "idle" };
  const batches = claimed.map((batch) => ({ ...batch, firstAt: askedAt - batch.since_first_ms }));
  const ends = await Promise.all(batches.map((batch) => handOver(batch, context, signal)));
  const waitMs = Math.max(...ends.map((end) => (end.kind === "done" ? 0 : end.waitMs)));
  if (ends.some(({ kind }) => kind === "busy")) return { kind: "busy", waitMs };
  const refused = claimed.filter((_, index) => ends[index]?.kind === "full");
  if (refused.length === 0) return { kind: "handed" };
  return { kind: "full", campaigns: refused.map(({ campaign_id }) => campaign_id), waitMs };
}

/** Hands over one batch, or lets go of it. */
async function handOver(
  batch: DatedBatch,
  context: DispatchContext,
  signal?: AbortSignal,
): Promise<BatchEnd> {
  let answer: Awaited<ReturnType<typeof bring>>;
  try {
    // What was acknowledged may have been lost with a Redis since, and then all of it would be sent.
    if (batch.cancelling && !(await syncControl(context, batch.campaign_id))) {
      await letGo(batch, context, signal);
      return { kind: "busy", waitMs: 1_000 };
    }
    answer = await bring(batch, context);
  } catch (error) {
    await letGo(batch, context, signal);
    throw error;
  }
  if (answer === NOT_OURS) return { kind: "done" };
  if (answer === undefined || answer.kind === "ok") {
    await whenBack(context, signal, () => retried(() => markHanded(context.db, batch.id)));
    return { kind: "done" };
  }
  context.log.warn(
    { batch: batch.id, campaign: batch.campaign_id, answer },
    "a batch was not taken; it will be handed over again",
  );
  if (isForGood(answer) && (await setAside(batch, answer, context)) === "given up")
    return { kind: "done" };
  await letGo(batch, context, signal);
  if (answer.kind === "unreachable") return { kind: "busy", waitMs: 1_000 };
  const { status, retryAfterS = 1 } = answer;
  return { kind: status === 429 ? "full" : "busy", waitMs: retryAfterS * 1_000 };
}

/**
 * Posts a batch; undefined if nothing needs posting. If any of its emails was attempted, the batch has arrived; should the
 * email client have lost it since, the reconciler posts it again as possibly attempted.
 */
async function bring(
  batch: DatedBatch,
  context: DispatchContext,
): Promise<ServiceAnswer<unknown> | typeof NOT_OURS | undefined> {
  const arrived = batch.again && (await wasTried(context.db, batch.id));
  const { recipients, skips } = await whomItGoesTo(batch.id, context);
  // What nobody has can be skipped, and has to be before anybody has it.
  if (!batch.again && !(await skip(batch, skips, context))) return NOT_OURS;
  const goes = recipients.length > 0 && !arrived;
  const posted = goes ? await postBatch(batch, recipients, context) : undefined;
  const skipsNow = batch.again && (posted === undefined || posted.kind === "ok");
  return skipsNow ? skipWhatIsNotThere(batch, skips, arrived, context) : posted;
}

/** Lets go of a batch: whoever comes next may try at once. */
async function letGo(
  { id }: ClaimedBatch,
  context: DispatchContext,
  signal?: AbortSignal,
): Promise<void> {
  await whenBack(context, signal, () => releaseBatch(context.db, id));
}

/**
 * Writes how a hand-over ended. When Postgres went away in the middle that is done as soon as it is back, or the batch
 * would wait for the claim to run out.
 */
function whenBack<T>(
  { clock }: DispatchContext,
  signal: AbortSignal | undefined,
  write: () => Promise<T>,
): Promise<T> {
  return onceBack(write, { clock, patienceMs: CLAIM_S * 1000, signal });
}

/** Whom a batch goes to now. Who was suppressed or erased since the audience was frozen is skipped, not mailed. */
async function whomItGoesTo(
  batch: string,
  { db, links }: DispatchContext,
): Promise<{ recipients: Recipient[]; skips: Skip[] }> {
  const handovers = await handoversOf(db, batch);
  const linkOf = await links.toLeave();
  return {
    recipients: handovers.flatMap((handover) => recipientOf(handover, linkOf) ?? []),
    skips: handovers.flatMap((handover) => skipOf(handover) ?? []),
  };
}

/** The claim ran out, and somebody else has the batch now. */
const NOT_OURS = "not ours";

/** False when the batch is not ours any more. */
async function skip(
  batch: BatchToHandOver,
  skips: Skip[],
  { db }: DispatchContext,
): Promise<boolean> {
  return skips.length === 0 || retried(() => skipEmails(db, batch, skips));
}

/**
 * Skips of a batch that was handed over before, without an answer that was heard, what the email client does not have. What
 * it has it skips by itself, or has sent by now, as it may have what it has lost: the ledger must not say that it was skipped.
 * Once it has been told of them, no copy that is still on its way can have one attempted.
 */
async function skipWhatIsNotThere(
  batch: BatchToHandOver,
  skips: Skip[],
  arrived: boolean,
  context: DispatchContext,
): Promise<ServiceAnswer<unknown> | typeof NOT_OURS | undefined> {
  const { emailClient } = context;
  if (skips.length === 0) return undefined;
  const emails = skips.map(({ id: email, run }) => ({ id: email, run }));
  const told = await emailClient.call("PUT", "/v1/suppressed", { emails }, parseNothing);
  if (told.kind !== "ok") return told;
  const found = await emailClient.call(
    "GET",
    `/v1/batches/${batch.id}`,
    undefined,
    parseBatchStatus,
  );
  const isLost = found.kind === "refused" && found.status === 404;
  if (isLost && arrived) return undefined;
  if (found.kind !== "ok" && !isLost) return found;
  const there = new Set(found.kind === "ok" ? found.value.emails.map((email) => email.id) : []);
  const missing = skips.filter((each) => !there.has(each.id));
  return (await skip(batch, missing, context)) ? undefined : NOT_OURS;
}

function skipOf({ id, run, contact, suppressed }: Handover): Skip | undefined {
  if (contact === null) return { id, run, code: "erased", detail: "The contact was deleted." };
  return suppressed === null ? undefined : { id, run, code: "suppressed", detail: suppressed };
}

function recipientOf(
  { suppressed, ...handover }: Handover,
  linkOf: (email: string) => string,
): Recipient | undefined {
  return handover.contact === null || suppressed !== null
    ? undefined
    : toRecipient(handover, linkOf);
}

/**
 * The address is the one that was frozen at launch; everything else is what the contact is now. First and last name may be
 * longer together than a name may be, and for one that is too long the whole batch would be refused.
 */
export function toRecipient(
  { id, run, address, contact }: Pick<Handover, "id" | "run" | "address" | "contact">,
  linkOf: (email: string) => string,
): Recipient {
  const variables = contactVariables({ id: "", ...contact, email: address });
  return {
    id,
    run,
    email: address,
    name: String(variables["name"]).slice(0, RECIPIENT_NAME_LENGTH).toWellFormed(),
    variables,
    unsubscribe_url: linkOf(id),
  };
}

/**
 * Posts a batch, and first the content where the email client does not have it, or no longer. Of one that may have arrived
 * before it says how long ago, as of the moment of posting: the web may have been frozen since it claimed the batch.
 */
export async function postBatch(
  {
    id,
    campaign_id,
    content_hash,
    gateway_id,
    priority,
    again,
    firstAt,
  }: ClaimedBatch & Partial<DatedBatch>,
  recipients: Recipient[],
  context: DispatchContext,
): Promise<ServiceAnswer<undefined>> {
  const { emailClient, clock } = context;
  const batchNow = (): Batch => ({
    batch: id,
    campaign: campaign_id,
    content: content_hash,
    gateway: gateway_id,
    priority,
    recipients,
    ...(again === true && { again }),
    ...(again === true &&
      firstAt !== undefined && { since_first_ms: Math.max(0, Math.ceil(clock.now() - firstAt)) }),
  });
  const post = () => emailClient.call("POST", "/v1/batches", batchNow(), parseNothing);
  const answer = await post();
  if (answer.kind !== "refused" || answer.status !== 409) return answer;
  const put = await putContent(content_hash, context);
  return put.kind === "ok" ? post() : put;
}

export async function putContent(
  hash: string,
  { db, emailClient }: DispatchContext,
): Promise<ServiceAnswer<undefined>> {
  const content = await contentOf(db, hash);
  return emailClient.call("PUT", `/v1/contents/${hash}`, content, parseNothing);
}
