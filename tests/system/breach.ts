import type { Stretch } from "../harness/stretches.ts";

/** The invariants that every campaign keeps, by the letters that the tests and the documents call them. */
export type Invariant =
  /** Every recipient in exactly one final state, and a campaign ends when all are. */
  | "A no loss"
  /** Accepted at most once, but for what was told to be in doubt. */
  | "B no silent duplicate"
  /** What has ended stays as it ended, and only what failed or is uncertain begins another run. */
  | "C ends are final"
  /** The history of every run is without a gap, ends as the email stands, and names the message that the gateway has. */
  | "D no gap"
  /** The counts of a campaign are the fold of its emails. */
  | "E counts add up"
  /** Whoever was suppressed before the launch, or before a requeue, is not tried; nor is anybody once the word of it is out. */
  | "F nobody suppressed is mailed"
  /** No window has more attempts than the gateway's rate allows; only the nemesis looks. */
  | "G rates"
  /** What is over is let go, Redis never holds more than it may, and no process has held more than it may need. */
  | "H bounded"
  /** No secret and no address is in a log. */
  | "I nothing personal is logged";

/** An invariant that does not hold, with the email that it does not hold for, if it is about one. */
export interface Breach {
  invariant: Invariant;
  /** The campaign or the program that it is about. */
  about: string;
  email?: string;
  /** When it was, if it is about a stretch of time and not about a campaign. */
  during?: Stretch;
  detail: string;
}

/** A breach of one email, from a row with its `id` and a `detail`. */
export function told(
  invariant: Invariant,
  campaign: string,
  row: { [column: string]: unknown },
): Breach {
  return {
    invariant,
    about: campaign,
    email: row["id"] as string,
    detail: row["detail"] as string,
  };
}
