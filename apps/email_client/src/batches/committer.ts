import type { Control } from "@mailwright/protocol";
import type { Claim, Journal, Transition } from "./journal.ts";

/** `written`; or refused because the campaign is `paused` or `cancelled`; or `stale`: the batch is another worker's. */
export type Verdict = "written" | "stale" | Exclude<Control["state"], "running">;

export interface Committer {
  write(transition: Transition): Promise<Verdict>;
}

/** A commit takes at most this many transitions: Lua's `unpack` has room for about 8,000 values. */
const MOST = 1_000;

/**
 * Gathers a batch's transitions and writes them as one call: while one commit is on its way to Redis the next one
 * collects, so a busy batch pays one round trip for dozens of emails and a quiet one waits for nobody.
 */
export function createCommitter(journal: Journal, claim: Claim): Committer {
  let waiting: { transition: Transition; settle: PromiseWithResolvers<Verdict> }[] = [];
  let flushing = false;

  async function flush(): Promise<void> {
    flushing = true;
    // One turn of the event loop lets everything that happened in this one come along.
    await Promise.resolve();
    while (waiting.length > 0) {
      const tick = waiting.slice(0, MOST);
      waiting = waiting.slice(MOST);
      try {
        const commit = await journal.commit(
          claim,
          tick.map(({ transition }) => transition),
        );
        for (const { transition, settle } of tick) settle.resolve(verdictOf(commit, transition.id));
      } catch (error) {
        for (const { settle } of tick) settle.reject(error);
      }
    }
    flushing = false;
  }

  return {
    write(transition) {
      const settle = Promise.withResolvers<Verdict>();
      waiting.push({ transition, settle });
      if (!flushing) void flush();
      return settle.promise;
    },
  };
}

function verdictOf(commit: Awaited<ReturnType<Journal["commit"]>>, id: string): Verdict {
  if (commit === "stale") return "stale";
  if (!commit.refused.has(id)) return "written";
  return commit.control === "cancelled" ? "cancelled" : "paused";
}
