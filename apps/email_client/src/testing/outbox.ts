import type { EmailEvent } from "@mailwright/email_machine";
import { newRecord } from "@mailwright/email_machine";
import { type Report, reportOf } from "@mailwright/protocol";
import { newId } from "@mailwright/platform";
import type { Redis } from "ioredis";
import type { Shard } from "../redis/keys.ts";

/** So many reports of one email, as its transitions would make them. */
export function reportsOf(count: number, id = newId(), detail = "no"): Report[] {
  const event: EmailEvent = {
    type: "UNAVAILABLE",
    at: 1_000,
    roll: 0,
    reason: { code: "unavailable", detail },
  };
  return Array.from({ length: count }, (_, index) =>
    reportOf(
      id,
      event,
      {
        ...newRecord(),
        state: "retrying",
        seq: index + 1,
        attempt: 1,
        due: 2_000,
        reason: event.reason,
      },
      newId(),
    ),
  );
}

/** Puts one entry into the outbox, as a commit does. */
export async function putEntry(redis: Redis, shard: Shard, reports: Report[]): Promise<void> {
  const fields = ["count", reports.length, "reports", JSON.stringify(reports), "ends", "{}"];
  await redis.xadd(shard.outbox, "*", ...fields);
  await redis.hincrby(shard.counts, "outbox", reports.length);
}
