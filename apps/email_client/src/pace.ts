/**
 * The durations that govern work on batches and reports, in milliseconds. A test that waits for one of them shortens it;
 * nothing else does.
 */
export interface Pace {
  /** A worker that died gives its batches up after at most this long and one stall check. */
  lockMs: number;
  /** The longest that a worker leaves its locks alone: it may be held up for `lockMs` less this and loses none. */
  renewMs: number;
  stallCheckMs: number;
  /** A batch is worked on for at most this long at a stretch, so that a slow gateway's never keep out another's. */
  turnMs: number;
  /** Waits up to this long are sat out; for longer ones the batch goes back to the queue and leaves others its place. */
  sitOutMs: number;
  /** When a batch that cannot go on (paused, no gateway, no content) is looked at again, if nobody wakes it before. */
  parkMs: number;
  /** How often the end of a lost attempt is asked for while somebody may still tell it. */
  askAgainMs: number;
  /**
   * A reporter posts this often while there is always something to report. An attempt's beginning and end then mostly
   * come in one call and move the email once, and that halves what they cost web and Postgres.
   */
  gatherMs: number;
  /**
   * How often it is counted what attempts and webhooks came to, and looked whether a gateway has to be slowed down.
   */
  tallyMs: number;
  /** How often a process makes sure that Redis has what it wrote. */
  beatMs: number;
  /** How long at most, after a restart of Redis, it is waited for processes to say that something they wrote is missing. */
  hearingMs: number;
  /** How long a reporter waits for the next report before it looks around; its dispose waits that long too. */
  readBlockMs: number;
  /** Reports whose reporter has shown no sign of life for this long are taken from it. */
  abandonedMs: number;
  /** How often a reporter shows one. */
  signOfLifeMs: number;
  /** How often reports are looked for whose reporter has died. */
  lookForAbandonedMs: number;
  /** How often each bounce mailbox is read, by whichever process comes first. */
  bouncesMs: number;
}

export const PACE: Pace = {
  // Together four seconds until another worker goes on. A process that is held up for 2.5 seconds loses its batches too;
  // the fence makes that harmless.
  lockMs: 3_500,
  renewMs: 1_000,
  stallCheckMs: 500,
  turnMs: 10_000,
  sitOutMs: 500,
  parkMs: 10_000,
  askAgainMs: 500,
  gatherMs: 200,
  tallyMs: 1_000,
  beatMs: 250,
  // They are back within a second of Redis. One that is silent may have died, which costs the others this long once; or may be
  // frozen or cut off, and the only one that knows of an email that was sent and stands as queued again.
  hearingMs: 15_000,
  readBlockMs: 1_000,
  abandonedMs: 5_000,
  signOfLifeMs: 1_000,
  lookForAbandonedMs: 2_000,
  bouncesMs: 60_000,
};
