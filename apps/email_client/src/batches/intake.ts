import type { Batch, BatchStatus, Control, Suppressed } from "@mailwright/protocol";
import type { Contents } from "../contents/contents.ts";
import type { Journal } from "./journal.ts";
import type { Taking } from "./journal-commands.ts";
import type { BatchQueue } from "./queue.ts";

export type Intake = Taking | "content missing";

export interface IntakeContext {
  journal: Journal;
  contents: Contents;
  queue: BatchQueue;
}

/**
 * Takes a batch: when this resolves to `taken` or `known`, the batch is in the journal and queued, and will be worked
 * on whatever dies. Journal first, queue second: a crash between the two leaves web without an answer, it asks again,
 * and the batch, known by then, is queued.
 */
export async function takeBatch(
  batch: Batch,
  { journal, contents, queue }: IntakeContext,
): Promise<Intake> {
  if (!(await contents.has(batch.content))) return "content missing";
  const taken = await journal.take(batch);
  if (taken !== "full") await queue.add(batch.batch, batch.priority);
  return taken;
}

/**
 * The state of a batch here; undefined if there is none. Its content has a key of its own, perhaps on another cluster node,
 * and may be lost separately.
 */
export async function batchStatus(
  batch: string,
  { journal, contents }: Pick<IntakeContext, "journal" | "contents">,
): Promise<BatchStatus | undefined> {
  const [held, head] = await Promise.all([journal.read(batch), journal.head(batch)]);
  if (held === undefined) return undefined;
  const isMissing = head !== undefined && !(await contents.has(head.content));
  return { batch, ...held, ...(isMissing && { content_missing: true }) };
}

/**
 * Sets what a campaign may do, unless a later order was heard, and says what stands. Once this resolves no attempt of a paused or
 * cancelled campaign begins anywhere; batches that sleep are woken, to go on or to cancel what they hold.
 */
export async function controlCampaign(
  campaign: string,
  wanted: Control,
  { journal, queue }: Pick<IntakeContext, "journal" | "queue">,
): Promise<Required<Control>> {
  const standing = await journal.setControl(campaign, wanted);
  if (standing.state !== "paused") await queue.wake(await journal.liveBatches(campaign));
  return standing;
}

/**
 * Refuses every further attempt of some emails. Once this resolves none begins anywhere; batches that sleep are woken, to
 * skip what they hold.
 */
export async function suppressEmails(
  { emails }: Suppressed,
  now: number,
  { journal, queue }: Pick<IntakeContext, "journal" | "queue">,
): Promise<void> {
  await queue.wake(await journal.suppress(emails, now));
}
