import { type Clock, systemClock } from "@mailwright/platform";

export interface PollOptions {
  /** How long to go on asking. */
  withinMs: number;
  everyMs?: number;
  signal?: AbortSignal | undefined;
  clock?: Clock;
}

/**
 * Asks until the answer is not undefined and gives it back, or undefined when the time is up. Rejects with the signal's
 * reason, and with whatever `ask` throws.
 */
export async function poll<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  { withinMs, everyMs = 20, signal, clock = systemClock }: PollOptions,
): Promise<T | undefined> {
  const giveUpAt = clock.now() + withinMs;
  while (true) {
    const answer = await ask();
    if (answer !== undefined || clock.now() >= giveUpAt) return answer;
    await clock.sleep(everyMs, signal);
  }
}
