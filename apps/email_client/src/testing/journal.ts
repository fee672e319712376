import { expect } from "bun:test";
import {
  DEFAULT_RETRY_POLICY,
  type EmailEvent,
  type EmailRecord,
  isSettled,
  step,
} from "@mailwright/email_machine";
import { newId } from "@mailwright/platform";
import { type Batch, reportOf } from "@mailwright/protocol";
import { testRedis } from "@mailwright/testing";
import type { Redis } from "ioredis";
import { type Claim, createJournal, type Journal, type Transition } from "../batches/journal.ts";
import { createShards, type Shard } from "../redis/keys.ts";
import { createOutbox } from "../reports/outbox.ts";
import { batch } from "./factories.ts";

export const SHARDS = createShards(1);
export const SHARD = SHARDS[0] as Shard;
const at = Date.UTC(2026, 10, 24);
export const START: EmailEvent = { type: "START", at };
export const ACCEPTED: EmailEvent = { type: "ACCEPTED", at, messageId: "m-1" };
export const REJECTED: EmailEvent = { type: "REJECTED", at, reason: { code: "rejected" } };
export const CANCEL: EmailEvent = { type: "CANCEL", at };

export async function setUpJournal(limit = 1_000) {
  const stack = new AsyncDisposableStack();
  const { redis } = stack.use(await testRedis());
  const journal = createJournal(redis, SHARDS, limit);
  const outbox = createOutbox(redis, redis, SHARD, newId());
  return { redis, journal, outbox, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

export async function taken(journal: Journal, change: Partial<Batch> = {}) {
  const wanted = batch(change);
  expect(await journal.take(wanted)).toBe("taken");
  return { wanted, claim: await claimOf(journal, wanted) };
}

export async function claimOf(journal: Journal, { batch }: Batch): Promise<Claim> {
  const claim = await journal.claim(batch);
  if (claim === undefined) throw new Error("the batch is not there");
  return claim;
}

/** The transition that an event makes of a record. */
export function transition(id: string, before: EmailRecord, event: EmailEvent): Transition {
  const made = step(before, event, DEFAULT_RETRY_POLICY);
  if (made === undefined) throw new Error(`${event.type} means nothing here`);
  const { record } = made;
  const starts = event.type === "START" || event.type === "DUE";
  const kind = isSettled(record.state) ? "settle" : starts ? "start" : "proceed";
  return { id, kind, before, record, report: reportOf(id, event, record, newId()) };
}

export function starts({ emails }: Claim): Transition[] {
  return emails.map(({ id, record }) => transition(id, record, START));
}

/** The transitions that events make of every email of a claim, one after another. */
export async function commitAll(journal: Journal, claim: Claim, events: EmailEvent[]) {
  const records = new Map(claim.emails.map(({ id, record }) => [id, record]));
  for (const event of events) {
    const transitions = [...records].map(([id, record]) => transition(id, record, event));
    const [commit] = await journal.commit([{ claim, transitions }]);
    expect(commit).toMatchObject({
      refused: new Set(),
      conflicts: new Set(),
      suppressed: new Set(),
    });
    for (const { id, record } of transitions) records.set(id, record);
  }
}

export async function everything(redis: Redis): Promise<Record<string, string>> {
  const dump: Record<string, string> = {};
  for (const key of (await redis.keys("*")).toSorted()) {
    const value = await redis.dumpBuffer(key);
    dump[key] = value?.toString("base64") ?? "";
  }
  return dump;
}
