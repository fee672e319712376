import type { EmailState } from "@mailwright/email_machine";

/** What is known of one transition. */
export interface Transition {
  event: string;
  state: EmailState;
  attempt: number;
  run: number;
}

/** What happened in one transition, in words. */
export function describeEvent({ event, state, attempt, run }: Transition): string {
  switch (event) {
    case "START":
      return `Attempt ${attempt} began`;
    case "DUE":
      return state === "sending"
        ? `Attempt ${attempt} began`
        : "Given up, because it had waited too long";
    case "SUPPRESSED":
      return state === "uncertain"
        ? "Not sent again, because the contact must not be mailed"
        : "Left out, because the contact must not be mailed";
    case "CANCEL":
      return "Cancelled along with its campaign";
    case "ACCEPTED":
      return "The gateway accepted it";
    case "REJECTED":
      return "Rejected for good";
    case "UNAUTHORIZED":
      return "The gateway refused our credentials or our account";
    case "THROTTLED":
      return "The gateway asked us to slow down";
    case "UNAVAILABLE":
      return state === "retrying"
        ? "The gateway was not available"
        : "The gateway was not available, and no attempts were left";
    case "AMBIGUOUS":
      return "No clear answer came back";
    case "INTERRUPTED":
      return "The sender stopped in the middle of the attempt";
    case "CONFIRMED":
      return "The gateway confirmed that it has it";
    case "NOT_ACCEPTED":
      return state === "retrying"
        ? "The gateway does not have it, so it is tried again"
        : "The gateway does not have it, and no attempts were left";
    case "UNRESOLVED":
      return state === "retrying"
        ? "Nobody could tell whether it was accepted; it is sent again, as the campaign says"
        : "Nobody could tell whether it was accepted";
    case "REQUEUE":
      return `Queued again by hand, as run ${run}`;
    default:
      return event;
  }
}
