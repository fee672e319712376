import type { EmailEvent } from "@mailwright/email_machine";
import type { ReadyContent } from "../contents/contents.ts";
import type { OpenGateway } from "../gateways/registry.ts";
import { attempt } from "./attempt.ts";
import { attemptedThrough, type EmailRunEnd, isInDoubt, runEmail } from "./email-run.ts";
import { admit, type Admitted, awaitTurn } from "./gate.ts";
import type { Claim, LiveEmail } from "./journal.ts";
import type { Repeat } from "./resolve.ts";
import type { RunnerContext } from "./runner.ts";
import { Turns } from "./turns.ts";

/** Why a run of a batch ended with emails left; `until` is when it is worth taking up again. */
export type Halt =
  | { kind: "rest"; until: number }
  | { kind: "paused" }
  | { kind: "cancelled" }
  | { kind: "stopped" }
  | { kind: "stale" };

/** While the gate is closed, the campaign's control is looked at this often. */
const LOOK_MS = 1_000;
const LONGEST_ALARM_MS = 60_000;

/** One claim of one batch: runs the machines of its emails until all have settled or nothing can go on now. */
export class BatchRun {
  /** Emails whose last attempt may have been accepted. They are resolved first. */
  private readonly inDoubt: LiveEmail[];
  private readonly turns: Turns;
  private readonly underWay = new Set<Promise<void>>();
  private readonly unfinished: Set<LiveEmail>;
  private readonly turnEndsAt: number;
  /** Whether the gateway is chosen anew for each attempt. */
  private isRoute = false;
  private halt: Halt | undefined;
  private readonly faults: unknown[] = [];

  constructor(
    private readonly claim: Claim,
    emails: LiveEmail[],
    private readonly ready: ReadyContent,
    private readonly context: RunnerContext,
    private readonly signal: AbortSignal,
  ) {
    this.unfinished = new Set(emails);
    this.inDoubt = emails.filter(isInDoubt);
    this.turns = new Turns(emails.filter((email) => !isInDoubt(email)));
    this.turnEndsAt = context.clock.now() + context.pace.turnMs;
  }

  /** Resolves when nothing is under way any more; `undefined` says that no email is left. Rejects after a fault. */
  async toTheEnd(): Promise<{ halt: Halt; left: LiveEmail[] } | undefined> {
    try {
      await this.untilHalted();
    } catch (error) {
      if (!this.signal.aborted) this.faults.push(error);
      this.stop({ kind: "stopped" });
    }
    // After a fault too: who stops the process waits for its batches, and an attempt that they have left ends unheard.
    await Promise.all(this.underWay);
    if (this.faults.length > 0) throw this.faults[0];
    if (this.unfinished.size === 0) return undefined;
    return { halt: this.halt as Halt, left: [...this.unfinished] };
  }

  private async untilHalted(): Promise<void> {
    const { clock, gateways } = this.context;
    this.isRoute = await gateways.isRoute(this.claim.gateway);
    for (const email of this.inDoubt)
      this.start(email, await gateways.get(attemptedThrough(email, this.claim)));
    while (this.halt === undefined) {
      const now = clock.now();
      const soonest = this.turns.soonest();
      if (this.signal.aborted) this.stop({ kind: "stopped" });
      else if (now >= this.turnEndsAt) this.stop({ kind: "rest", until: now });
      else if (soonest <= now) await this.beginNext();
      else if (this.underWay.size > 0) await this.somethingHappens();
      else if (soonest - now > this.context.pace.sitOutMs)
        this.stop({ kind: "rest", until: soonest });
      else await this.sleep(soonest - now);
    }
  }

  /** The first reason counts, but a claim that is stale can do nothing more, whatever else there is. */
  private stop(halt: Halt): void {
    if (this.halt === undefined || halt.kind === "stale") this.halt = halt;
  }

  private async beginNext(): Promise<void> {
    const admission = await admit(this.claim, this.turns, this.context, this.signal);
    switch (admission.kind) {
      case "admitted":
        return this.startNext(admission);
      case "later":
        return this.sitOut(admission.ms);
      case "full":
        return this.standBack(admission.othersWait);
      case "no gateway":
        return this.park();
      default:
        return admission satisfies never;
    }
  }

  private startNext(admission: Admitted): void {
    const now = this.context.clock.now();
    const email = this.halt === undefined ? this.turns.take(now, admission.domain) : undefined;
    if (email === undefined) admission.release();
    else this.start(email, admission.open, admission);
  }

  private start(email: LiveEmail, open?: OpenGateway, admission?: Admitted): void {
    const { claim, ready, context, signal } = this;
    const notAfter = context.clock.now() + (open?.repeatWindowMs ?? Number.POSITIVE_INFINITY);
    const run = runEmail(email, {
      ...context,
      slots: context.slots.of(claim.campaign),
      claim,
      policy: this.mayRepeat(email) ? ready.policy : { ...ready.policy, whenUncertain: "hold" },
      through: open?.id,
      gateway: open?.gateway,
      repeat: open && this.repeatThrough(open),
      signal,
      deliver: async (recipient) => {
        if (open === undefined) throw new Error("there is no gateway to deliver through");
        const event = await attempt(recipient, ready, open, context, notAfter);
        admission?.leave();
        // Asking what became of it takes a slot of its own: held by all that ask, none would be left to ask with.
        if (event.type === "AMBIGUOUS") admission?.release();
        return this.isRoute ? forAnother(event) : event;
      },
    })
      .then(
        (end) => this.ended(email, end),
        (error: unknown) => {
          this.faults.push(error);
          this.stop({ kind: "stopped" });
        },
      )
      .finally(() => {
        admission?.release();
        this.underWay.delete(run);
      });
    this.underWay.add(run);
  }

  /**
   * A service that knows a repeated key knows only its own, so what may have been accepted by one of a route's goes to no
   * other. Nor is a lost email repeated: its end may already be reported but not yet received, and a later outcome would be
   * ignored.
   */
  private mayRepeat({ recipient }: LiveEmail): boolean {
    return !this.isRoute && recipient?.last_known === undefined;
  }

  private repeatThrough(open: OpenGateway): Repeat | undefined {
    const { claim, ready, context } = this;
    const { journal } = context;
    if (open.repeatWindowMs === undefined) return undefined;
    return {
      windowMs: open.repeatWindowMs,
      version: open.version,
      turn: (patienceMs, signal) => awaitTurn(open, context, patienceMs, signal),
      attempt: async (recipient, notAfter) =>
        (await journal.control(claim)) === "running" &&
        // It is the attempt, if the one before was not accepted.
        !(await journal.isSuppressed(claim, recipient))
          ? attempt(recipient, ready, open, context, notAfter)
          : undefined,
    };
  }

  private ended(email: LiveEmail, end: EmailRunEnd): void {
    if (end === "settled") this.unfinished.delete(email);
    else if (end === "waiting") this.turns.wait(email);
    else this.stop({ kind: end });
  }

  /** The gate is closed: waits a little and hears what the campaign may do, or lets others work meanwhile. */
  private async sitOut(ms: number): Promise<void> {
    const { clock, pace } = this.context;
    if (ms > pace.sitOutMs) {
      // Not for longer, so that a new rate or new credentials are obeyed soon.
      this.stop({ kind: "rest", until: clock.now() + Math.min(ms, pace.parkMs) });
      return;
    }
    await this.sleep(Math.min(ms, LOOK_MS));
    await this.hearControl();
  }

  /**
   * No connection came free for as long as waits are sat out. One batch of a campaign that waits for the next is enough: the others
   * leave their places among those that are worked on. Who has attempts under way cannot leave before they end.
   */
  private async standBack(othersWait: boolean): Promise<void> {
    if (othersWait && this.underWay.size === 0) this.park();
    else await this.hearControl();
  }

  private park(): void {
    const { clock, pace } = this.context;
    this.stop({ kind: "rest", until: clock.now() + pace.parkMs });
  }

  private async hearControl(): Promise<void> {
    const control = await this.context.journal.control(this.claim);
    if (control !== "running") this.stop({ kind: control });
  }

  private async somethingHappens(): Promise<void> {
    const wake = new AbortController();
    // A timer takes no more than 24 days, and fires at once when it is given more.
    const due = Math.min(this.turns.soonest() - this.context.clock.now(), LONGEST_ALARM_MS);
    const alarm = this.context.clock.sleep(due, wake.signal).catch(() => {});
    await Promise.race([...this.underWay, alarm]);
    wake.abort();
  }

  private async sleep(ms: number): Promise<void> {
    await this.context.clock.sleep(Math.max(0, ms), this.signal).catch(() => {});
  }
}

/**
 * Neither refused credentials nor how long one gateway asks to be left alone say anything against the email: where there are
 * other gateways, it is tried again after the ordinary wait. The gateway that throttled it is left alone by its breaker.
 */
function forAnother(event: EmailEvent): EmailEvent {
  switch (event.type) {
    case "UNAUTHORIZED": {
      const { at, reason } = event;
      return { type: "UNAVAILABLE", at, reason, roll: Math.random() };
    }
    case "THROTTLED": {
      const { retryAfterMs: _itsOwn, ...throttled } = event;
      return throttled;
    }
    default:
      return event;
  }
}
