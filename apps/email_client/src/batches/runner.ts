import { isSettled, step } from "@mailwright/email_machine";
import type { Clock, Log } from "@mailwright/platform";
import type { Contents, ReadyContent } from "../contents/contents.ts";
import type { GatewayRegistry, OpenGateway } from "../gateways/registry.ts";
import type { RateLimiter } from "../gateways/rate.ts";
import type { Committer } from "./committer.ts";
import { type EmailRunEnd, type LiveEmail, reportOf, runEmail } from "./email-run.ts";
import type { Claim, Journal } from "./journal.ts";
import type { Slots } from "./slots.ts";
import type { Testimonies } from "./testimony.ts";

export interface RunnerContext {
  journal: Journal;
  committer: Committer;
  contents: Contents;
  gateways: GatewayRegistry;
  rates: RateLimiter;
  slots: Slots;
  testimonies: Testimonies;
  clock: Clock;
  log: Log;
  attemptDeadlineMs: number;
  /** Whether web is so far behind with reports that no new attempt may begin. */
  outboxIsFull(): boolean;
}

/**
 * `done`: nothing of it is left. `wait`: take it up again at `until`. `stopped`: this process is to stop, give it to
 * another. `stale`: another worker has it.
 */
export type BatchEnd =
  { kind: "done" } | { kind: "wait"; until: number } | { kind: "stopped" } | { kind: "stale" };

/** Waits up to this long are sat out here; for longer ones the batch goes back to the queue. */
const SIT_OUT_MS = 2_000;
/** When a batch that cannot go on (paused, no gateway, no content) is looked at again, if nobody wakes it before. */
const PARK_MS = 10_000;

/** Claims a batch and runs its emails' machines until all have settled, or nothing can go on now. */
export async function runBatch(
  batch: string,
  context: RunnerContext,
  signal: AbortSignal,
): Promise<BatchEnd> {
  const { journal, contents, gateways, clock, log } = context;
  const claim = await journal.claim(batch);
  if (claim === undefined) return { kind: "done" };
  const open = emailsToRun(claim);
  if (open.length === 0) return { kind: "done" };
  const ready = await contents.get(claim.content);
  if (ready === undefined) {
    log.error(
      { batch, content: claim.content },
      "the content of a batch is gone; it waits until web sends it again",
    );
    return { kind: "wait", until: clock.now() + PARK_MS };
  }
  const gateway = await gateways.get(claim.gateway);
  if (gateway === undefined) {
    log.error({ batch, gateway: claim.gateway }, "the gateway of a batch cannot be used; it waits");
    return { kind: "wait", until: clock.now() + PARK_MS };
  }
  const cancel = (emails: LiveEmail[]) => cancelAll(claim, emails, ready, context);
  switch (await journal.control(claim.campaign)) {
    case "paused":
      return { kind: "wait", until: clock.now() + PARK_MS };
    case "cancelled": {
      const end = await cancel(open);
      return end.kind === "wait"
        ? new BatchRun(claim, inDoubt(open), ready, context, signal).toTheEnd(cancel)
        : end;
    }
    default:
      return new BatchRun(claim, open, ready, context, signal).toTheEnd(cancel);
  }
}

/** Emails whose last attempt may have been accepted: a cancel waits until it is known. */
function inDoubt(emails: LiveEmail[]): LiveEmail[] {
  return emails.filter(({ record }) => record.state === "sending" || record.state === "resolving");
}

function emailsToRun({ emails }: Claim): LiveEmail[] {
  const open = emails.filter(({ record }) => !isSettled(record.state));
  // What a crash interrupted comes first: those are the people nobody can say anything about.
  const doubtful = new Set(inDoubt(open));
  return [...doubtful, ...open.filter((email) => !doubtful.has(email))];
}

/** One claim of one batch. */
class BatchRun {
  /** Not yet looked at, in order. */
  private readonly fresh: LiveEmail[];
  /** In `retrying`, soonest first. */
  private readonly waiting: LiveEmail[];
  private readonly underWay = new Set<Promise<void>>();
  private readonly unfinished: Set<LiveEmail>;
  private halt: Exclude<EmailRunEnd, "settled" | "waiting"> | undefined;
  private fault: unknown;

  constructor(
    private readonly claim: Claim,
    emails: LiveEmail[],
    private readonly ready: ReadyContent,
    private readonly context: RunnerContext,
    private readonly signal: AbortSignal,
  ) {
    this.unfinished = new Set(emails);
    this.fresh = emails.filter(({ record }) => record.state !== "retrying");
    this.waiting = emails.filter(({ record }) => record.state === "retrying").toSorted(byDue);
  }

  /** `cancel` is called with what is left when the campaign turns out to be cancelled. */
  async toTheEnd(cancel: (emails: LiveEmail[]) => Promise<BatchEnd>): Promise<BatchEnd> {
    const { clock } = this.context;
    while (this.halt === undefined) {
      if (this.signal.aborted) this.halt = "stopped";
      else if (this.nextIsReady()) await this.begin();
      else if (this.underWay.size > 0) await this.somethingHappens();
      else if (this.waiting.length === 0) break;
      else if (this.soonest() - clock.now() > SIT_OUT_MS) break;
      else await this.sleepUntil(this.soonest());
    }
    await Promise.all(this.underWay);
    if (this.fault !== undefined) throw this.fault;
    switch (this.halt) {
      case "cancelled":
        return cancel([...this.unfinished]);
      case "stale":
        return { kind: "stale" };
      case "stopped":
        return { kind: "stopped" };
      case "paused":
        return { kind: "wait", until: clock.now() + PARK_MS };
      case undefined:
        return this.unfinished.size === 0
          ? { kind: "done" }
          : { kind: "wait", until: this.soonest() };
      default:
        return this.halt satisfies never;
    }
  }

  private nextIsReady(): boolean {
    return this.fresh.length > 0 || this.soonest() <= this.context.clock.now();
  }

  private soonest(): number {
    return this.waiting[0]?.record.due ?? Number.POSITIVE_INFINITY;
  }

  /** Begins the next email as soon as the gateway, the rate, the outbox and a slot allow it. */
  private async begin(): Promise<void> {
    let release: (() => void) | undefined;
    try {
      const gateway = await this.whenAllowed();
      if (gateway === undefined) return;
      release = await this.context.slots.acquire(this.signal);
      if (this.halt === undefined) this.start(gateway, release);
      else release();
    } catch (error) {
      release?.();
      if (!this.signal.aborted) throw error;
      this.halt = "stopped";
    }
  }

  private start(open: OpenGateway, release: () => void): void {
    const email = (this.soonest() <= this.context.clock.now() ? this.waiting : this.fresh).shift();
    if (email === undefined) {
      release();
      return;
    }
    const { ready, signal, claim } = this;
    const run = runEmail(email, { ...this.context, claim, ready, open, signal })
      .then(
        (end) => this.ended(email, end),
        (error: unknown) => {
          this.fault ??= error;
          this.halt ??= "stopped";
        },
      )
      .finally(() => {
        release();
        this.underWay.delete(run);
      });
    this.underWay.add(run);
  }

  private ended(email: LiveEmail, end: EmailRunEnd): void {
    if (end === "settled") this.unfinished.delete(email);
    else if (end === "waiting") {
      this.waiting.push(email);
      this.waiting.sort(byDue);
    } else if (this.halt === undefined || end === "stale") this.halt = end;
  }

  /** The gateway, once an attempt may begin; undefined when the batch has to stop instead. */
  private async whenAllowed(): Promise<OpenGateway | undefined> {
    const { gateways, rates, clock } = this.context;
    while (this.halt === undefined) {
      const open = await gateways.get(this.claim.gateway);
      if (open === undefined) {
        this.halt = "paused";
        return undefined;
      }
      const wait = this.context.outboxIsFull() ? 500 : open.breaker.waitMs(clock.now());
      if (wait > 0) {
        await clock.sleep(Math.min(wait, 1_000), this.signal);
        continue;
      }
      if (open.ratePerSecond !== null) {
        const turn = await rates.reserve(open.id, open.ratePerSecond);
        if (turn > 0) await clock.sleep(turn, this.signal);
      }
      return open;
    }
    return undefined;
  }

  private async somethingHappens(): Promise<void> {
    const due = this.soonest() - this.context.clock.now();
    const wake = new AbortController();
    const alarm = Number.isFinite(due)
      ? [this.context.clock.sleep(due, wake.signal).catch(() => {})]
      : [];
    await Promise.race([...this.underWay, ...alarm]);
    wake.abort();
  }

  private async sleepUntil(at: number): Promise<void> {
    const { clock } = this.context;
    await clock.sleep(Math.max(0, at - clock.now()), this.signal).catch(() => {});
  }
}

function byDue(a: LiveEmail, b: LiveEmail): number {
  return (a.record.due ?? 0) - (b.record.due ?? 0);
}

/**
 * Cancels what is not under way. An email whose attempt had begun ends as the attempt does: it is sent or cancelled,
 * never both. `wait` says that some of those are left.
 */
async function cancelAll(
  claim: Claim,
  emails: LiveEmail[],
  ready: ReadyContent,
  { committer, clock }: RunnerContext,
): Promise<BatchEnd> {
  const verdicts = await Promise.all(
    emails.map((email) => {
      const event = { type: "CANCEL", at: clock.now() } as const;
      const taken = step(email.record, event, ready.policy);
      if (taken === undefined) return undefined;
      const { id, record } = email;
      const report = reportOf(id, event, taken.record, claim.gateway);
      return committer.write(claim, {
        id,
        kind: "settle",
        before: record.state,
        record: taken.record,
        report,
      });
    }),
  );
  if (verdicts.includes("stale")) return { kind: "stale" };
  return verdicts.includes(undefined) ? { kind: "wait", until: clock.now() } : { kind: "done" };
}
