import type { Clock, Log } from "@mailwright/platform";
import type { Control } from "@mailwright/protocol";
import type { Shard } from "../redis/keys.ts";
import type { Claim, Commit, Journal, Transition } from "./journal.ts";

/**
 * `written`; or refused because the campaign is `paused` or `cancelled`, or the recipient `suppressed`; or `stale`: the
 * batch has to be claimed anew.
 */
export type Verdict = "written" | "stale" | "suppressed" | Exclude<Control["state"], "running">;

export interface Committer {
  /**
   * Writes one transition. While Redis refuses writes for a reason that may pass, it is tried again for as long as that
   * takes: what it carries may be all that anybody knows of an attempt. Rejects for every other failure.
   */
  write(claim: Claim, transition: Transition): Promise<Verdict>;
}

interface CommitterContext {
  journal: Pick<Journal, "commit" | "shardOf">;
  clock: Clock;
  log: Log;
}

/**
 * The transitions of one call: a batch's worth. One call never holds Redis for more than a few milliseconds, Lua's
 * `unpack` (8,000 values at most) never overflows, and an entry of the outbox is never larger than web takes.
 */
export const TICK = 500;

/** Between two tries of a commit that Redis refuses for now. */
const REFUSED_WAIT_MS = 200;
/** The words by which Redis refuses what is a bug of ours, and what no other try would mend. */
const OUR_BUGS = new Set(["ERR", "WRONGTYPE", "NOSCRIPT", "CROSSSLOT"]);

interface Write {
  claim: Claim;
  transition: Transition;
  settle: PromiseWithResolvers<Verdict>;
}

/**
 * Gathers the transitions of all batches of a shard and writes them as one call: while one commit is on its way to Redis
 * the next one collects. A busy worker pays one round trip for dozens of emails, an idle one waits for nobody. With a
 * commit for each batch of its own, 40 batches under way made 12,000 calls for 10,000 emails; this makes 600.
 */
export function createCommitter(context: CommitterContext): Committer {
  const lanes = new Map<Shard, (write: Write) => void>();
  return {
    write(claim, transition) {
      const shard = context.journal.shardOf(claim.batch);
      const lane = lanes.get(shard) ?? createLane(context);
      lanes.set(shard, lane);
      const settle = Promise.withResolvers<Verdict>();
      lane({ claim, transition, settle });
      return settle.promise;
    },
  };
}

function createLane(context: CommitterContext): (write: Write) => void {
  let waiting: Write[] = [];
  let flushing = false;

  async function flush(): Promise<void> {
    flushing = true;
    // Whatever else happens in this turn of the event loop comes along.
    await Promise.resolve();
    while (waiting.length > 0) {
      const tick = waiting.slice(0, TICK);
      waiting = waiting.slice(TICK);
      await commitTick(context, tick);
    }
    flushing = false;
  }

  return (write) => {
    waiting.push(write);
    if (!flushing) void flush();
  };
}

/** Writes and settles every write of a tick. Never rejects. */
async function commitTick(context: CommitterContext, tick: Write[]): Promise<void> {
  const byClaim = [...Map.groupBy(tick, ({ claim }) => claim)];
  const work = byClaim.map(([claim, writes]) => ({
    claim,
    transitions: writes.map(({ transition }) => transition),
  }));
  try {
    const commits = await commitWhenTaken(context, work);
    for (const [index, [, writes]] of byClaim.entries()) {
      for (const { transition, settle } of writes)
        settle.resolve(verdictOf(commits[index], transition.id));
    }
  } catch (error) {
    for (const { settle } of tick) settle.reject(error);
  }
}

async function commitWhenTaken(
  { journal, clock, log }: CommitterContext,
  work: { claim: Claim; transitions: Transition[] }[],
): Promise<Commit[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await journal.commit(work);
    } catch (error) {
      if (!isRefusedForNow(error)) throw error;
      if (tries === 1) tellWhy(log, error);
      await clock.sleep(REFUSED_WAIT_MS);
    }
  }
}

/** Every start of Redis with emails in hand comes to this for a moment: it is for nobody to mend. */
function tellWhy(log: Log, error: unknown): void {
  if (error instanceof Error && error.message.startsWith("RESTARTED"))
    log.info("Redis was restarted; waiting until it is known whether it has lost anything");
  else log.error({ err: error }, "Redis refuses to be written to; waiting for it");
}

/**
 * What Redis refuses for now begins with the word for why: a full disk, a failover, a restart, a slow script of somebody
 * else's, a right or a password that was taken away.
 */
function isRefusedForNow(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const word = /^[A-Z]+\b/.exec(error.message)?.[0];
  return word !== undefined && !OUR_BUGS.has(word);
}

function verdictOf(commit: Commit | undefined, id: string): Verdict {
  if (commit === undefined || commit === "stale" || commit.conflicts.has(id)) return "stale";
  if (commit.suppressed.has(id)) return "suppressed";
  if (!commit.refused.has(id)) return "written";
  return commit.control === "cancelled" ? "cancelled" : "paused";
}
