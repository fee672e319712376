import type { Clock, Log } from "@mailwright/platform";
import type { WebhookRefusal } from "@mailwright/protocol";
import type { WebhookReading } from "../gateways/webhook.ts";
import type { RedisClient } from "../redis/open.ts";
import { type Note, writeNote } from "./note.ts";

/**
 * Counts what became of webhooks and writes it to Redis at most once a tick for each gateway, however many come: anybody can
 * call. It serves to be looked at: a process that is killed takes its last tick along.
 */
export interface WebhookNotes extends AsyncDisposable {
  record(gateway: string, reading: WebhookReading): void;
}

interface Tick {
  takenAt?: number;
  refused?: { at: number; why: WebhookRefusal };
  counts: { facts: number; webhooks: number; refused: number };
}

export function createWebhookNotes(
  redis: RedisClient,
  tickMs: number,
  clock: Clock,
  log: Log,
): WebhookNotes {
  const stopping = new AbortController();
  let tick = new Map<string, Tick>();
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (tick.size > 0) {
      await clock.sleep(tickMs, stopping.signal).catch(() => {});
      const counted = tick;
      tick = new Map();
      const written = [...counted].map(([gateway, each]) =>
        writeNote(redis, gateway, noteOf(each), clock.now()),
      );
      for (const each of await Promise.allSettled(written))
        if (each.status === "rejected")
          log.warn({ err: each.reason as unknown }, "what became of webhooks is not counted");
    }
    writing = undefined;
  }

  return {
    record(gateway, reading) {
      const of = tick.get(gateway) ?? { counts: { facts: 0, webhooks: 0, refused: 0 } };
      tick.set(gateway, of);
      const now = clock.now();
      if (reading.kind === "facts") {
        of.takenAt = now;
        of.counts.webhooks++;
        of.counts.facts += reading.facts.length;
      } else {
        of.refused = { at: now, why: refusalOf(reading) };
        of.counts.refused++;
      }
      writing ??= write();
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      // Not waited for without end: should Redis be away, the last write never comes back.
      await Promise.race([writing, clock.sleep(tickMs)]);
    },
  };
}

function noteOf({ takenAt, refused, counts }: Tick): Note {
  return {
    last: {
      ...(takenAt !== undefined && { taken: String(takenAt) }),
      ...(refused !== undefined && { refused: JSON.stringify(refused) }),
    },
    counts,
  };
}

function refusalOf(reading: Exclude<WebhookReading, { kind: "facts" }>): WebhookRefusal {
  switch (reading.kind) {
    case "forged":
      return reading.doubt;
    case "unreadable":
      return "unreadable";
    case "later":
      return "put_off";
  }
}
