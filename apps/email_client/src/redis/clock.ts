import type { Clock } from "@mailwright/platform";
import type { RedisClient } from "./open.ts";

/** A clock that goes by Redis's: one time for all processes, whatever each one's own clock is set to. */
export interface RedisClock extends Clock {
  /** Redis said that it was so late, between these two moments of `elapsed`. */
  heard(redisMs: number, askedAt: number, answeredAt: number): void;
  /** Milliseconds that nothing but their passing moves. */
  elapsed(): number;
}

/** Redis tells whole milliseconds. */
const ROUNDING_MS = 1;

/**
 * Waits, ages and due times of emails outlive the process that counts them, and a clock that jumps by hours would have them
 * sent hours late or given up as too old. So between two words of Redis the time goes on by what has passed, and a word
 * corrects it when it says more than what the way of the word explains. Until the first one the process's clock counts.
 */
export function createRedisClock(
  own: Clock,
  elapsed: () => number = () => performance.now(),
): RedisClock {
  let origin = own.now() - elapsed();
  return {
    now: () => Math.round(origin + elapsed()),
    sleep: (ms, signal) => own.sleep(ms, signal),
    elapsed,
    heard(redisMs, askedAt, answeredAt) {
      const earliest = redisMs - answeredAt;
      const latest = redisMs + ROUNDING_MS - askedAt;
      if (origin < earliest || origin > latest) origin = (earliest + latest) / 2;
    },
  };
}

/** Sets the clock before anything is done by it. */
export async function askTheTime(redis: RedisClient, clock: RedisClock): Promise<void> {
  const askedAt = clock.elapsed();
  const [seconds, microseconds] = await redis.time();
  const redisMs = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  clock.heard(redisMs, askedAt, clock.elapsed());
}
