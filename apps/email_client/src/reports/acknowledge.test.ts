import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { ownRedis } from "@mailwright/testing";
import { Redis } from "ioredis";
import { type Claim, createJournal } from "../batches/journal.ts";
import { batchKeys } from "../redis/keys.ts";
import { batch, recipient } from "../testing/factories.ts";
import {
  ACCEPTED,
  CANCEL,
  commitAll,
  everything,
  REJECTED,
  setUpJournal,
  SHARD,
  SHARDS,
  START,
  taken,
  transition,
} from "../testing/journal.ts";
import { createOutbox } from "./outbox.ts";

describe("acknowledging", () => {
  test("forgets exactly the emails that ended, and of a batch that is through all but its name", async () => {
    await using given = await setUpJournal();
    const { journal, redis, outbox } = given;
    const { wanted, claim } = await taken(journal);
    const [one, two] = claim.emails as [Claim["emails"][0], Claim["emails"][0]];
    const begun = transition(one.id, one.record, START);
    await journal.commit([{ claim, transitions: [begun] }]);
    await journal.commit([{ claim, transitions: [transition(one.id, begun.record, ACCEPTED)] }]);
    await outbox.acknowledge(await outbox.next(1));
    expect(await journal.counts()).toEqual({ states: { queued: 1 }, emails: 1, outbox: 0 });
    expect(await journal.find(one.id)).toBeUndefined();
    expect(await journal.read(wanted.batch)).toMatchObject({
      done: false,
      emails: [{ id: two.id }],
    });

    await journal.commit([{ claim, transitions: [transition(two.id, two.record, CANCEL)] }]);
    await outbox.acknowledge(await outbox.next(1));
    expect(await journal.counts()).toEqual({ states: {}, emails: 0, outbox: 0 });
    expect(await journal.read(wanted.batch)).toEqual({ done: true, emails: [] });
    expect(await journal.head(wanted.batch)).toBeUndefined();
    expect(await journal.liveBatches(wanted.campaign)).toEqual([]);
    expect(await journal.take(wanted)).toBe("known");
    const { head } = batchKeys(SHARD, wanted.batch);
    expect((await redis.keys("*")).toSorted()).toEqual(
      [SHARD.continuity, SHARD.counts, SHARD.outbox, head].toSorted(),
    );
    expect(await redis.ttl(head)).toBeGreaterThan(6 * 86_400);
  });

  test("twice does nothing the second time", async () => {
    await using given = await setUpJournal();
    const { journal, redis, outbox } = given;
    const { claim } = await taken(journal);
    await commitAll(journal, claim, [START, ACCEPTED]);
    const entries = await outbox.next(1);
    await outbox.acknowledge(entries);
    const before = await everything(redis);
    await outbox.acknowledge(entries);
    expect(await everything(redis)).toEqual(before);
  });

  test("leaves an email alone that was requeued into a later batch meanwhile", async () => {
    await using given = await setUpJournal();
    const { journal, outbox } = given;
    const person = recipient();
    const { wanted, claim } = await taken(journal, { recipients: [person] });
    await commitAll(journal, claim, [START, REJECTED]);
    const entries = await outbox.next(1);
    const later = await taken(journal, {
      campaign: wanted.campaign,
      recipients: [{ ...person, run: 2 }],
    });
    expect(await journal.counts()).toEqual({
      states: { failed: 1, queued: 1 },
      emails: 1,
      outbox: 2,
    });
    await outbox.acknowledge(entries);
    expect(await journal.counts()).toEqual({ states: { queued: 1 }, emails: 1, outbox: 0 });
    expect(await journal.find(person.id)).toBe(later.wanted.batch);
    expect(await journal.liveBatches(wanted.campaign)).toEqual([later.wanted.batch]);

    await commitAll(journal, later.claim, [START, ACCEPTED]);
    await outbox.acknowledge(await outbox.next(1));
    expect(await journal.counts()).toEqual({ states: {}, emails: 0, outbox: 0 });
  });
});

describe("when Redis has no memory left", () => {
  test("no batch is taken, but work in progress ends, is acknowledged and makes room", async () => {
    await using server = await ownRedis();
    const redis = new Redis(server.url);
    try {
      const journal = createJournal(redis, SHARDS, 1_000);
      const outbox = createOutbox(redis, redis, SHARD, newId());
      const { claim } = await taken(journal);
      await commitAll(journal, claim, [START]);
      await outbox.acknowledge(await outbox.next(1));
      await redis.config("SET", "maxmemory", "1");
      const refused = batch();
      await expect(journal.take(refused)).rejects.toThrow(/^OOM/);
      const ends = claim.emails.map(({ id, record }) =>
        transition(id, transition(id, record, START).record, ACCEPTED),
      );
      await journal.commit([{ claim, transitions: ends }]);
      await outbox.acknowledge(await outbox.next(1));
      expect(await journal.counts()).toEqual({ states: {}, emails: 0, outbox: 0 });
      expect(await journal.read(refused.batch)).toBeUndefined();
      expect(await journal.liveBatches(refused.campaign)).toEqual([]);
    } finally {
      redis.disconnect();
    }
  });
});
