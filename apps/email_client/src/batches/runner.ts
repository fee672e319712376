import { isSettled } from "@mailwright/email_machine";
import type { Clock, Log } from "@mailwright/platform";
import type { Control } from "@mailwright/protocol";
import type { Contents } from "../contents/contents.ts";
import type { Pace } from "../pace.ts";
import type { AttemptContext } from "./attempt.ts";
import { BatchRun } from "./batch-run.ts";
import { cancelBatch } from "./cancel-batch.ts";
import type { Committer } from "./committer.ts";
import type { GateContext } from "./gate.ts";
import type { BatchHead, Claim, Journal, LiveEmail } from "./journal.ts";
import { skipSuppressed } from "./skip-suppressed.ts";
import type { Testimonies } from "./testimony.ts";

export interface RunnerContext extends GateContext, AttemptContext {
  journal: Journal;
  committer: Committer;
  contents: Contents;
  testimonies: Testimonies;
  clock: Clock;
  log: Log;
  pace: Pace;
}

/**
 * `done`: nothing of it is left. `wait`: take it up again at `until`, or as soon as its campaign's control is no longer
 * the one that was `heeded` or one of the emails that are `left` is not to be mailed any more. `stopped`: this process is to
 * stop, give it to another. `stale`: another worker has it.
 */
export type BatchEnd = { kind: "done" } | Wait | { kind: "stopped" } | { kind: "stale" };

interface Wait {
  kind: "wait";
  until: number;
  campaign: string;
  heeded: Control["state"];
  /** Those that were looked at. */
  left: readonly LiveEmail[];
}

/** Takes a batch as far as it goes now: to its end, or to where nothing can go on or others shall have their turn. */
export async function runBatch(
  batch: string,
  context: RunnerContext,
  signal: AbortSignal,
): Promise<BatchEnd> {
  if (signal.aborted) return { kind: "stopped" };
  const { journal, contents, gateways, clock, log, pace } = context;
  const head = await journal.head(batch);
  if (head === undefined) return { kind: "done" };
  const control = await journal.control(head);
  const park = wait(head, clock.now() + pace.parkMs, control);
  if (control === "cancelled") return cancel(batch, context, signal);
  // Looked for while the campaign is paused too: that is what keeps it from expiring.
  const ready = await contents.get(head.content);
  if (ready === undefined) {
    log.error({ batch, content: head.content }, "the content of a batch is gone; it waits for it");
    return park;
  }
  if (control === "paused" || (await gateways.through(head.gateway)).length === 0) return park;

  const claim = await journal.claim(batch);
  if (claim === undefined) return { kind: "done" };
  const emails = await skipSuppressed(claim, emailsToRun(claim), context);
  if (emails === "stale") return { kind: "stale" };
  const end = await new BatchRun(claim, emails, ready, context, signal).toTheEnd();
  if (end === undefined) return { kind: "done" };
  const { halt, left } = end;
  switch (halt.kind) {
    case "rest":
      return wait(head, halt.until, "running", left);
    case "paused":
      return wait(head, clock.now() + pace.parkMs, "paused");
    case "cancelled":
      return { kind: await cancelBatch(claim, left, context, signal) };
    case "stopped":
    case "stale":
      return halt;
    default:
      return halt satisfies never;
  }
}

async function cancel(
  batch: string,
  context: RunnerContext,
  signal: AbortSignal,
): Promise<BatchEnd> {
  const claim = await context.journal.claim(batch);
  if (claim === undefined) return { kind: "done" };
  return { kind: await cancelBatch(claim, emailsToRun(claim), context, signal) };
}

function emailsToRun({ emails }: Claim): LiveEmail[] {
  return emails.filter(({ record }) => !isSettled(record.state));
}

function wait(
  { campaign }: BatchHead,
  until: number,
  heeded: Control["state"],
  left: readonly LiveEmail[] = [],
): Wait {
  return { kind: "wait", until, campaign, heeded, left };
}
