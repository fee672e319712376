/**
 * The durations that govern work on batches and reports, in milliseconds. A test that waits for one of them shortens it;
 * nothing else does.
 */
export interface Pace {
  /** A worker that died gives its batches up after at most this long and one stall check. */
  lockMs: number;
  stallCheckMs: number;
  /** A batch is worked on for at most this long at a stretch, so that a slow gateway's never keep out another's. */
  turnMs: number;
  /** Waits up to this long are sat out; for longer ones the batch goes back to the queue. */
  sitOutMs: number;
  /** When a batch that cannot go on (paused, no gateway, no content) is looked at again, if nobody wakes it before. */
  parkMs: number;
  /** How often the end of a lost attempt is asked for while somebody may still tell it. */
  askAgainMs: number;
  /** Reports in the hands of a reporter for this long are taken from it: longer than a post can take. */
  abandonedMs: number;
  /** How often reports are looked for whose reporter has died. */
  lookForAbandonedMs: number;
}

export const PACE: Pace = {
  // A process that is merely slow loses its batches too; the fence makes that harmless.
  lockMs: 5_000,
  stallCheckMs: 2_000,
  turnMs: 10_000,
  sitOutMs: 2_000,
  parkMs: 10_000,
  askAgainMs: 500,
  abandonedMs: 15_000,
  lookForAbandonedMs: 2_000,
};
