import { inspect } from "node:util";

export interface UntilOptions {
  /** What is waited for, as it would stand after "Waited in vain for". */
  what?: string;
  /** 10 s if not given. */
  timeoutMs?: number;
  everyMs?: number;
}

/**
 * Asks until the answer is truthy, and gives it back. A condition that throws counts as not met yet, so `expect` may stand
 * in it. Throws when the time is up, with the last answer or the last error.
 *
 *     const row = await until(() => findEmail(id), { what: "the email to be sent" });
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what = "a condition", timeoutMs = 10_000, everyMs = 10 }: UntilOptions = {},
): Promise<Exclude<Awaited<T>, false | null | undefined | 0 | "">> {
  const giveUpAt = performance.now() + timeoutMs;
  while (true) {
    let last: string;
    let cause: unknown;
    try {
      const answer = await condition();
      if (answer) return answer as Exclude<Awaited<T>, false | null | undefined | 0 | "">;
      last = `the last answer was ${inspect(answer)}`;
    } catch (error) {
      last = `the last error was: ${error instanceof Error ? error.message : inspect(error)}`;
      cause = error;
    }
    if (performance.now() >= giveUpAt) {
      throw new Error(`Waited in vain for ${what}, ${timeoutMs} ms; ${last}`, { cause });
    }
    await Bun.sleep(everyMs);
  }
}
