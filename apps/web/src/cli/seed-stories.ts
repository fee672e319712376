import {
  type EmailEvent,
  type EmailEventType,
  type EmailRecord,
  newRecord,
  type Reason,
  type RetryPolicy,
  step,
} from "@mailwright/email_machine";
import { type Report, reportOf } from "@mailwright/protocol";
import type { Draws } from "@mailwright/platform";

/** What happens to an email, one fact after another, by the default policy. */
type Story = readonly EmailEventType[];

/** Stories of a hundred emails that are sent, by how many live them. */
const ORDINARY: readonly [share: number, Story][] = [
  [86, ["START", "ACCEPTED"]],
  [4, ["START", "UNAVAILABLE", "DUE", "ACCEPTED"]],
  [1, ["START", "UNAVAILABLE", "DUE", "UNAVAILABLE", "DUE", "ACCEPTED"]],
  [2, ["START", "THROTTLED", "DUE", "ACCEPTED"]],
  [1, ["START", "AMBIGUOUS", "CONFIRMED"]],
  [1, ["START", "INTERRUPTED", "NOT_ACCEPTED", "DUE", "ACCEPTED"]],
  [2, ["START", "REJECTED"]],
  [1, ["START", "UNAVAILABLE", "DUE", "UNAVAILABLE", "DUE", "UNAVAILABLE", "DUE", "UNAVAILABLE"]],
  [0.5, ["START", "UNAUTHORIZED"]],
  [1.5, ["START", "AMBIGUOUS", "UNRESOLVED"]],
];

/** The stories of those whom a cancellation meets. */
const CANCELLED: readonly [share: number, Story][] = [
  [97, ["CANCEL"]],
  [3, ["START", "UNAVAILABLE", "CANCEL"]],
];

/** One email before anything happens to it, and what its story depends on. */
export interface Beginning {
  id: string;
  /** When its turn comes, in milliseconds since the epoch. */
  at: number;
  gateway: string;
  policy: RetryPolicy;
  draws: Draws;
}

/** Has an email of a campaign that is sent live to its end; the answer is the reports of it. */
export function liveOrdinarily(beginning: Beginning): Report[] {
  return live(storyFrom(ORDINARY, beginning.draws), beginning);
}

/** Has an email come to its end by the cancellation of its campaign. */
export function liveUntilCancelled(beginning: Beginning): Report[] {
  return live(storyFrom(CANCELLED, beginning.draws), beginning);
}

function storyFrom(stories: typeof ORDINARY, draws: Draws): Story {
  let left = draws.fraction() * 100;
  for (const [share, story] of stories) {
    left -= share;
    if (left < 0) return story;
  }
  return ["START", "ACCEPTED"];
}

/** The machine itself says what comes of each fact, so the history is one that an email can have. */
function live(story: Story, { id, at, gateway, policy, draws }: Beginning): Report[] {
  const reports: Report[] = [];
  let record = newRecord();
  let now = at;
  for (const type of story) {
    const event = factOf(type, record, now, draws);
    const made = step(record, event, policy);
    if (made === undefined) throw new Error(`${type} means nothing in ${record.state}`);
    record = made.record;
    now = event.at;
    reports.push(reportOf(id, event, record, gateway));
  }
  return reports;
}

function factOf(type: EmailEventType, record: EmailRecord, now: number, draws: Draws): EmailEvent {
  const roll = draws.fraction();
  const soon = now + 40 + draws.below(700);
  const later = now + 10_000 + draws.below(20_000);
  switch (type) {
    case "START":
    case "REQUEUE":
    case "REPORTED":
      return { type, at: now };
    case "DUE":
      return { type, at: Math.max(now, record.due ?? now) };
    case "ACCEPTED":
      return { type, at: soon, messageId: drawnMessageId(draws) };
    case "CONFIRMED":
      return { type, at: later, messageId: drawnMessageId(draws) };
    case "SUPPRESSED":
      return { type, at: now, reason: { code: "suppressed", detail: "manual" } };
    case "REJECTED":
      return { type, at: soon, reason: draws.pick(REJECTIONS) };
    case "UNAUTHORIZED":
      return { type, at: soon, reason: REFUSED };
    case "THROTTLED":
      return { type, at: soon, roll, reason: THROTTLED, retryAfterMs: 30_000 };
    case "UNAVAILABLE":
      return { type, at: soon, roll, reason: draws.pick(OUTAGES) };
    case "AMBIGUOUS":
      return { type, at: now + 10_000, reason: SILENCE };
    case "INTERRUPTED":
    case "CANCEL":
      return { type, at: soon };
    case "NOT_ACCEPTED":
    case "UNRESOLVED":
      return { type, at: later, roll };
  }
}

// As the gateways of the email client put it.
const REJECTIONS: readonly Reason[] = [
  { code: "rejected", detail: "The gateway answered 400." },
  { code: "rejected", detail: "The gateway answered 422." },
  {
    code: "unrenderable",
    detail:
      "The html part could not be rendered at {{ contact.voucher | url_decode }}. The value has a “%” in it that begins no encoded character. Use “url_decode” only where every contact's value is encoded.",
  },
];
const OUTAGES: readonly Reason[] = [
  { code: "unavailable", detail: "The gateway answered 500." },
  { code: "unavailable", detail: "The gateway answered 503." },
  { code: "unavailable", detail: "The gateway cannot be reached (ECONNREFUSED)." },
];
const REFUSED: Reason = {
  code: "unauthorized",
  detail: "The gateway refused the user name or the password (401).",
};
const THROTTLED: Reason = { code: "throttled", detail: "The gateway answered 429." };
const SILENCE: Reason = { code: "ambiguous", detail: "The gateway did not answer in time." };

function drawnMessageId(draws: Draws): string {
  const [one, two] = [draws.below(2 ** 32), draws.below(2 ** 32)];
  return `${one.toString(36)}${two.toString(36)}@gateway.example`;
}
