import { Redis } from "ioredis";
import type { Sql } from "postgres";
import { until } from "@mailwright/testing";
import type { BenchInstallation } from "./installation.ts";

interface Standing {
  state: string;
  sent: number;
  /** Emails in the hands of the email client. */
  inFlight: number;
}

/**
 * Sends a campaign that was paused when its audience was frozen, to its end, and says what an email of it takes: bytes in
 * Postgres, of rows and indexes as they lie there afterwards, and bytes in Redis while it is in flight. `bytesBefore` is
 * what the ledger took before the campaign was launched.
 */
export async function sendFrozen(
  { api, sql, redisUrl }: BenchInstallation,
  id: string,
  bytesBefore: number,
) {
  using redis = closing(new Redis(redisUrl));
  const memoryBefore = await usedMemory(redis);
  const peak = { bytes: 0, inFlight: 1 };
  const begin = performance.now();
  await api("DELETE", `/campaigns/${id}/pause`);
  const { sent } = await until(
    async () => {
      const standing = await standingOf(sql, id);
      const bytes = (await usedMemory(redis)) - memoryBefore;
      if (bytes > peak.bytes) Object.assign(peak, { bytes, inFlight: standing.inFlight });
      return standing.state === "finished" && standing;
    },
    { what: "the campaign to finish", timeoutMs: 3_600_000, everyMs: 200 },
  );
  const seconds = (performance.now() - begin) / 1000;
  const [frozen] = await sql`SELECT audience, sent FROM campaign WHERE id = ${id}`;
  return {
    emails_per_s: Math.round(sent / seconds),
    postgres_bytes_per_email: Math.round(
      ((await ledgerBytes(sql)) - bytesBefore) / (frozen?.["audience"] ?? 1),
    ),
    redis_peak_mb: Math.round(peak.bytes / 1_048_576),
    redis_bytes_per_email_in_flight: Math.round(peak.bytes / Math.max(1, peak.inFlight)),
    redis_mb_left: Math.round(((await usedMemory(redis)) - memoryBefore) / 1_048_576),
  };
}

async function standingOf(sql: Sql, id: string): Promise<Standing> {
  const [row] = await sql<Standing[]>`
    SELECT state, sent, queued - unhanded + sending + retrying + resolving AS "inFlight" FROM campaign WHERE id = ${id}`;
  if (row === undefined) throw new Error("the campaign is gone");
  return row;
}

/** What the ledger takes: emails, their events and their batches. */
export async function ledgerBytes(sql: Sql): Promise<number> {
  const [row] = await sql`
    SELECT (sum(pg_total_relation_size(relid)) + pg_total_relation_size('email') + pg_total_relation_size('batch'))::float8 AS bytes
    FROM pg_partition_tree('email_event')`;
  return row?.["bytes"] as number;
}

async function usedMemory(redis: Redis): Promise<number> {
  const [, bytes] = /^used_memory:(\d+)/m.exec(await redis.info("memory")) ?? [];
  return Number(bytes);
}

function closing(redis: Redis): Redis & Disposable {
  return Object.assign(redis, { [Symbol.dispose]: () => redis.disconnect() });
}
