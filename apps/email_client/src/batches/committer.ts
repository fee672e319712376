import type { Control } from "@mailwright/protocol";
import type { Shard } from "../redis/keys.ts";
import type { Claim, Commit, Journal, Transition } from "./journal.ts";

/** `written`; or refused because the campaign is `paused` or `cancelled`; or `stale`: the batch is another worker's. */
export type Verdict = "written" | "stale" | Exclude<Control["state"], "running">;

export interface Committer {
  write(claim: Claim, transition: Transition): Promise<Verdict>;
}

/** A commit takes at most this many transitions of one batch: Lua's `unpack` has room for about 8,000 values. */
const MOST_OF_A_BATCH = 1_000;
/** And this many in all, so that one call never holds Redis for more than a few milliseconds. */
const MOST = 2_000;

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
export function createCommitter(journal: Pick<Journal, "commit" | "shardOf">): Committer {
  const lanes = new Map<Shard, (write: Write) => void>();
  return {
    write(claim, transition) {
      const shard = journal.shardOf(claim.batch);
      const lane = lanes.get(shard) ?? createLane(journal);
      lanes.set(shard, lane);
      const settle = Promise.withResolvers<Verdict>();
      lane({ claim, transition, settle });
      return settle.promise;
    },
  };
}

function createLane(journal: Pick<Journal, "commit">): (write: Write) => void {
  let waiting: Write[] = [];
  let flushing = false;

  async function flush(): Promise<void> {
    flushing = true;
    // Whatever else happens in this turn of the event loop comes along.
    await Promise.resolve();
    while (waiting.length > 0) {
      const { tick, rest } = takeTick(waiting);
      waiting = rest;
      await commitTick(journal, tick);
    }
    flushing = false;
  }

  return (write) => {
    waiting.push(write);
    if (!flushing) void flush();
  };
}

/** The writes of one call, by claim, in the order in which they came. */
function takeTick(waiting: Write[]): { tick: Map<Claim, Write[]>; rest: Write[] } {
  const tick = new Map<Claim, Write[]>();
  const rest: Write[] = [];
  for (const [index, write] of waiting.entries()) {
    const writes = tick.get(write.claim) ?? [];
    if (index >= MOST || writes.length >= MOST_OF_A_BATCH) rest.push(write);
    else {
      writes.push(write);
      tick.set(write.claim, writes);
    }
  }
  return { tick, rest };
}

async function commitTick(
  journal: Pick<Journal, "commit">,
  tick: Map<Claim, Write[]>,
): Promise<void> {
  const work = [...tick].map(([claim, writes]) => ({
    claim,
    transitions: writes.map(({ transition }) => transition),
  }));
  try {
    const commits = await journal.commit(work);
    for (const [index, writes] of [...tick.values()].entries()) {
      for (const { transition, settle } of writes)
        settle.resolve(verdictOf(commits[index], transition.id));
    }
  } catch (error) {
    for (const { settle } of [...tick.values()].flat()) settle.reject(error);
  }
}

function verdictOf(commit: Commit | undefined, id: string): Verdict {
  if (commit === undefined || commit === "stale") return "stale";
  if (!commit.refused.has(id)) return "written";
  return commit.control === "cancelled" ? "cancelled" : "paused";
}
