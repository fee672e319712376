import { assign, setup } from "xstate";
import { backoffMs, throttleMs } from "./backoff.ts";
import type { EmailEvent, Reason, RetryPolicy } from "./words.ts";

export interface EmailContext {
  policy: RetryPolicy;
  attempt: number;
  throttled: number;
  firstAt?: number | undefined;
  due?: number | undefined;
  messageId?: string | undefined;
  reason?: Reason | undefined;
  doubt?: true | undefined;
}

const expired: Reason = { code: "expired", detail: "It waited longer than the campaign allows." };
const exhausted = (reason: Reason | undefined): Reason => ({
  code: "exhausted",
  ...(reason && { detail: `The last attempt: ${reason.detail ?? reason.code}` }),
});

/** What the last attempt came to stands in the words; nobody knows what an earlier one came to. */
function inDoubt(last: Reason | undefined): Reason {
  if (last?.code === "unresolved") return last;
  const words = last && ` The last one: ${last.detail ?? last.code}`;
  return {
    code: "unresolved",
    detail: `Nobody can tell whether the gateway took an earlier attempt.${words ?? ""}`,
    ...(last?.status !== undefined && { status: last.status }),
  };
}

function command<Params = undefined>(): (context: unknown, params: Params) => void {
  return () => {};
}

/**
 * The life of one email. There is no `invoke` and no `after` in it: restoring a snapshot runs an active `invoke` a
 * second time and never re-arms an `after` (both measured on XState 5.33), and a second run would be a second email.
 * Use it through `step()`.
 */
export const emailMachine = setup({
  types: {
    context: {} as EmailContext,
    events: {} as EmailEvent,
    input: {} as { policy: RetryPolicy },
    tags: {} as "settled",
  },
  actions: {
    // The five commands do nothing here: step() hands them to the runner.
    deliver: command<{ attempt: number }>(),
    schedule: command<{ due: number }>(),
    resolve: command(),
    report: command(),
    forget: command(),
    beginAttempt: assign(({ context, event }) => ({
      attempt: context.attempt + 1,
      firstAt: context.firstAt ?? event.at,
      due: undefined,
      reason: undefined,
    })),
    waitForBackoff: assign(({ context, event }) => ({
      due: dueAfter(backoffMs(context.policy, spent(context), rollOf(event)), context, event.at),
    })),
    waitAsTold: assign(({ context, event }) => {
      const throttled = context.throttled + 1;
      const retryAfterMs = event.type === "THROTTLED" ? event.retryAfterMs : undefined;
      const wait = throttleMs(context.policy, throttled, rollOf(event), retryAfterMs);
      return { throttled, due: dueAfter(wait, context, event.at) };
    }),
    keepReason: assign(({ event }) => ("reason" in event ? { reason: event.reason } : {})),
    keepMessageId: assign(({ context, event }) => ({
      messageId: ("messageId" in event ? event.messageId : undefined) ?? context.messageId,
      reason: undefined,
    })),
    becauseInterrupted: assign({
      reason: {
        code: "interrupted",
        detail: "The sender stopped during the attempt.",
      } satisfies Reason,
    }),
    becauseUnresolved: assign(({ context }) => ({
      reason: {
        code: "unresolved",
        detail:
          `Nobody can tell whether the gateway took it. ${context.reason?.detail ?? ""}`.trim(),
      } satisfies Reason,
    })),
    rememberDoubt: assign({ doubt: true }),
    becauseInDoubt: assign(({ context, event }) => ({
      reason: inDoubt(
        "reason" in event && event.type !== "SUPPRESSED" ? event.reason : context.reason,
      ),
    })),
    becauseCancelled: assign({ reason: { code: "cancelled" } satisfies Reason }),
    becauseExhausted: assign(({ context, event }) => ({
      reason: exhausted("reason" in event ? event.reason : context.reason),
    })),
    becauseExpired: assign({ reason: expired }),
    startOver: assign({
      attempt: 0,
      throttled: 0,
      firstAt: undefined,
      due: undefined,
      messageId: undefined,
      reason: undefined,
      doubt: undefined,
    }),
  },
  guards: {
    attemptsLeft: ({ context }) => spent(context) < context.policy.attempts,
    ratherTwiceThanNever: ({ context }) =>
      context.policy.whenUncertain === "resend" && spent(context) < context.policy.attempts,
    /** It is sent rather twice than never, and nobody could tell what became of one of its attempts. */
    perhapsAccepted: ({ context }) => context.doubt === true,
    tooOld: ({ context, event }) => isTooOld(context, event.at),
    perhapsAcceptedAndTooOld: ({ context, event }) =>
      context.doubt === true && isTooOld(context, event.at),
  },
}).createMachine({
  id: "email",
  initial: "queued",
  context: ({ input }) => ({ policy: input.policy, attempt: 0, throttled: 0 }),
  states: {
    queued: {
      description: "Nobody has tried it yet.",
      on: {
        START: { target: "sending", actions: "beginAttempt" },
        SUPPRESSED: { target: "skipped", actions: "keepReason" },
        CANCEL: { target: "cancelled", actions: "becauseCancelled" },
      },
    },
    sending: {
      description: "An attempt is under way: this is journalled before the socket is touched.",
      entry: { type: "deliver", params: ({ context }) => ({ attempt: context.attempt }) },
      on: {
        ACCEPTED: { target: "sent", actions: "keepMessageId" },
        REJECTED: [
          { guard: "perhapsAccepted", target: "uncertain", actions: "becauseInDoubt" },
          { target: "failed", actions: "keepReason" },
        ],
        UNAUTHORIZED: [
          { guard: "perhapsAccepted", target: "uncertain", actions: "becauseInDoubt" },
          { target: "failed", actions: "keepReason" },
        ],
        THROTTLED: { target: "retrying", actions: ["keepReason", "waitAsTold"] },
        UNAVAILABLE: [
          { guard: "attemptsLeft", target: "retrying", actions: ["keepReason", "waitForBackoff"] },
          { guard: "perhapsAccepted", target: "uncertain", actions: "becauseInDoubt" },
          { target: "failed", actions: "becauseExhausted" },
        ],
        AMBIGUOUS: { target: "resolving", actions: "keepReason" },
        INTERRUPTED: { target: "resolving", actions: "becauseInterrupted" },
      },
    },
    retrying: {
      description:
        "It waits for its next attempt: the last one was not accepted, or the campaign would rather send twice than never.",
      entry: { type: "schedule", params: ({ context }) => ({ due: context.due ?? 0 }) },
      on: {
        DUE: [
          {
            guard: "perhapsAcceptedAndTooOld",
            target: "uncertain",
            actions: "becauseInDoubt",
          },
          { guard: "tooOld", target: "failed", actions: "becauseExpired" },
          { target: "sending", actions: "beginAttempt" },
        ],
        SUPPRESSED: [
          { guard: "perhapsAccepted", target: "uncertain", actions: "becauseInDoubt" },
          { target: "skipped", actions: "keepReason" },
        ],
        CANCEL: [
          { guard: "perhapsAccepted", target: "uncertain", actions: "becauseInDoubt" },
          { target: "cancelled", actions: "becauseCancelled" },
        ],
      },
    },
    resolving: {
      description: "The request left but its outcome is not known: the gateway is asked.",
      entry: "resolve",
      on: {
        CONFIRMED: { target: "sent", actions: "keepMessageId" },
        NOT_ACCEPTED: [
          { guard: "attemptsLeft", target: "retrying", actions: "waitForBackoff" },
          { guard: "perhapsAccepted", target: "uncertain", actions: "becauseInDoubt" },
          { target: "failed", actions: "becauseExhausted" },
        ],
        UNRESOLVED: [
          {
            guard: "ratherTwiceThanNever",
            target: "retrying",
            actions: ["rememberDoubt", "becauseUnresolved", "waitForBackoff"],
          },
          { target: "uncertain", actions: "becauseUnresolved" },
        ],
      },
    },
    sent: {
      description: "The gateway has taken it.",
      tags: "settled",
      entry: "report",
      initial: "unreported",
      states: {
        unreported: { on: { REPORTED: { target: "reported", actions: "forget" } } },
        reported: { type: "final" },
      },
    },
    failed: {
      description: "It was not and will not be accepted, unless a marketer requeues it.",
      tags: "settled",
      entry: "report",
      initial: "unreported",
      states: {
        unreported: { on: { REPORTED: { target: "reported", actions: "forget" } } },
        reported: {},
      },
      on: { REQUEUE: { target: "queued", actions: "startOver" } },
    },
    skipped: {
      description: "Left out on purpose: the contact must not be mailed.",
      tags: "settled",
      entry: "report",
      initial: "unreported",
      states: {
        unreported: { on: { REPORTED: { target: "reported", actions: "forget" } } },
        reported: { type: "final" },
      },
    },
    cancelled: {
      description: "The campaign was cancelled before it was tried again.",
      tags: "settled",
      entry: "report",
      initial: "unreported",
      states: {
        unreported: { on: { REPORTED: { target: "reported", actions: "forget" } } },
        reported: { type: "final" },
      },
    },
    uncertain: {
      description: "Perhaps accepted, perhaps not. Never sent again unless a marketer chooses so.",
      tags: "settled",
      entry: "report",
      initial: "unreported",
      states: {
        unreported: { on: { REPORTED: { target: "reported", actions: "forget" } } },
        reported: {},
      },
      on: {
        CONFIRMED: { target: "sent", actions: "keepMessageId" },
        REQUEUE: { target: "queued", actions: "startOver" },
      },
    },
  },
});

/** Attempts that count against the policy. */
function spent(context: EmailContext): number {
  return context.attempt - context.throttled;
}

/**
 * By when its attempt was due, not by when it is asked: a campaign that was paused for days, or whose servers were off, owes each
 * email the attempt that had its time before that.
 */
function isTooOld({ firstAt, due, policy }: EmailContext, now: number): boolean {
  return firstAt !== undefined && (due ?? now) - firstAt >= policy.maxAgeMs;
}

/**
 * No email waits past the moment at which it would be too old anyway: at that moment it is failed, not forgotten. Nor does it
 * wait in order to be failed: where a wait, a gateway's Retry-After say, reaches as far as that, the attempt is due in the last
 * moment before. It is the last one, since whatever it comes to, there is no moment left.
 */
function dueAfter(wait: number, { firstAt, policy }: EmailContext, now: number): number {
  const due = now + wait;
  const tooOldAt = (firstAt ?? now) + policy.maxAgeMs;
  const last = tooOldAt - 1;
  if (due < tooOldAt) return due;
  return now < last ? last : tooOldAt;
}

function rollOf(event: EmailEvent): number {
  return "roll" in event ? event.roll : 1;
}
