import { describe, expect, test } from "bun:test";
import { type EmailEvent, type EmailRecord, isSettled, step } from "@mailwright/email_machine";
import { DEFAULT_RETRY_POLICY } from "@mailwright/email_machine";
import { newId, silentLog } from "@mailwright/platform";
import type { Batch } from "@mailwright/protocol";
import { FaultProxy, ownRedis, testRedis, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { batchKeys, createShards, type Shard } from "../redis/keys.ts";
import { openRedis } from "../redis/open.ts";
import { createOutbox } from "../reports/outbox.ts";
import { batch, recipient, recipients } from "../testing/factories.ts";
import { type Claim, createJournal, type Journal, type Transition } from "./journal.ts";
import { reportOf } from "./report-of.ts";

const shards = createShards(1);
const shard = shards[0] as Shard;
const at = Date.UTC(2026, 10, 24);
const START: EmailEvent = { type: "START", at };
const ACCEPTED: EmailEvent = { type: "ACCEPTED", at, messageId: "m-1" };
const CANCEL: EmailEvent = { type: "CANCEL", at };

async function setUp(limit = 1_000) {
  const stack = new AsyncDisposableStack();
  const { redis } = stack.use(await testRedis());
  const journal = createJournal(redis, shards, limit);
  const outbox = createOutbox(redis, redis, shard, newId());
  return { redis, journal, outbox, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function taken(journal: Journal, change: Partial<Batch> = {}) {
  const wanted = batch(change);
  expect(await journal.take(wanted)).toBe("taken");
  return { wanted, claim: await claimOf(journal, wanted) };
}

async function claimOf(journal: Journal, { batch }: Batch): Promise<Claim> {
  const claim = await journal.claim(batch);
  if (claim === undefined) throw new Error("the batch is not there");
  return claim;
}

/** The transition that an event makes of a record. */
function transition(id: string, before: EmailRecord, event: EmailEvent): Transition {
  const made = step(before, event, DEFAULT_RETRY_POLICY);
  if (made === undefined) throw new Error(`${event.type} means nothing here`);
  const { record } = made;
  const starts = event.type === "START" || event.type === "DUE";
  const kind = isSettled(record.state) ? "settle" : starts ? "start" : "go";
  return { id, kind, before, record, report: reportOf(id, event, record, newId()) };
}

function starts({ emails }: Claim): Transition[] {
  return emails.map(({ id, record }) => transition(id, record, START));
}

/** The transitions that events make of every email of a claim, one after another. */
async function commitAll(journal: Journal, claim: Claim, events: EmailEvent[]) {
  const records = new Map(claim.emails.map(({ id, record }) => [id, record]));
  for (const event of events) {
    const transitions = [...records].map(([id, record]) => transition(id, record, event));
    const [commit] = await journal.commit([{ claim, transitions }]);
    expect(commit).toMatchObject({ refused: new Set(), strange: new Set() });
    for (const { id, record } of transitions) records.set(id, record);
  }
}

async function everything(redis: Redis): Promise<Record<string, string>> {
  const dump: Record<string, string> = {};
  for (const key of (await redis.keys("*")).toSorted()) {
    const value = await redis.dumpBuffer(key);
    dump[key] = value?.toString("base64") ?? "";
  }
  return dump;
}

describe("a batch that is taken", () => {
  test("is there whole, counted, indexed and untouched", async () => {
    await using given = await setUp();
    const { journal } = given;
    const { wanted, claim } = await taken(journal);
    expect(claim).toMatchObject({
      batch: wanted.batch,
      fence: 1,
      campaign: wanted.campaign,
      content: wanted.content,
      gateway: wanted.gateway,
    });
    expect(claim.emails.map(({ recipient }) => recipient)).toEqual(
      expect.arrayContaining(wanted.recipients),
    );
    expect(claim.emails.map(({ record }) => record)).toEqual([
      { v: 1, state: "queued", run: 1, seq: 0, attempt: 0, throttled: 0 },
      { v: 1, state: "queued", run: 1, seq: 0, attempt: 0, throttled: 0 },
    ]);
    expect(await journal.counts()).toEqual({ states: { queued: 2 }, emails: 2, outbox: 0 });
    expect(await journal.find(wanted.recipients[0]!.id)).toBe(wanted.batch);
    expect(await journal.liveBatches(wanted.campaign)).toEqual([wanted.batch]);
  });

  test("is known from then on, and handing it over again changes nothing", async () => {
    await using given = await setUp();
    const { journal, redis } = given;
    const { wanted, claim } = await taken(journal);
    await commitAll(journal, claim, [START]);
    const before = await everything(redis);
    expect(await journal.take({ ...wanted, recipients: recipients(5) })).toBe("known");
    expect(await everything(redis)).toEqual(before);
  });

  test("is refused when it would pass the limit, and then nothing of it is there", async () => {
    await using given = await setUp(500);
    const { journal, redis } = given;
    await taken(journal, { recipients: recipients(499) });
    const before = await everything(redis);
    expect(await journal.take(batch({ recipients: recipients(2) }))).toBe("full");
    expect(await everything(redis)).toEqual(before);
    expect(await journal.take(batch({ recipients: recipients(1) }))).toBe("taken");
  });

  test("fits into an empty journal however the limit is split into shards", async () => {
    await using given = await testRedis();
    const journal = createJournal(given.redis, createShards(64), 500);
    expect(await journal.take(batch({ recipients: recipients(500) }))).toBe("taken");
  });

  test("counts an email that is named twice once", async () => {
    await using given = await setUp();
    const { journal } = given;
    const twice = recipient();
    await taken(journal, { recipients: [twice, twice] });
    expect(await journal.counts()).toEqual({ states: { queued: 1 }, emails: 1, outbox: 0 });
  });

  test("of which the ledger knows more begins from there", async () => {
    await using given = await setUp();
    const lost = recipient({
      run: 2,
      last_known: { seq: 3, state: "retrying", attempt: 2, first_at: at },
    });
    const { claim } = await taken(given.journal, { recipients: [lost] });
    expect(claim.emails[0]?.record).toEqual({
      v: 1,
      state: "retrying",
      run: 2,
      seq: 3,
      attempt: 2,
      throttled: 0,
      firstAt: at,
      due: 0,
    });
    expect((await given.journal.counts()).states).toEqual({ retrying: 1 });
  });
});

describe("claims and commits", () => {
  test("every claim raises the fence", async () => {
    await using given = await setUp();
    const { wanted, claim } = await taken(given.journal);
    expect([claim.fence, (await claimOf(given.journal, wanted)).fence]).toEqual([1, 2]);
    expect(await given.journal.claim(newId())).toBeUndefined();
  });

  test("a commit writes records, reports and counts together", async () => {
    await using given = await setUp();
    const { journal, outbox } = given;
    const { wanted, claim } = await taken(journal);
    await commitAll(journal, claim, [START, ACCEPTED]);
    const { emails } = (await journal.read(wanted.batch))!;
    expect(emails.map(({ state, seq, attempt }) => ({ state, seq, attempt }))).toEqual([
      { state: "sent", seq: 2, attempt: 1 },
      { state: "sent", seq: 2, attempt: 1 },
    ]);
    expect(await journal.counts()).toEqual({ states: { sent: 2 }, emails: 2, outbox: 4 });
    const entries = await outbox.next(1);
    expect(entries.map(({ reports }) => reports.map(({ seq, state }) => [seq, state]))).toEqual([
      [
        [1, "sending"],
        [1, "sending"],
      ],
      [
        [2, "sent"],
        [2, "sent"],
      ],
    ]);
    expect(entries.map(({ ends }) => ends.map(([, , ids]) => ids.length))).toEqual([[], [2]]);
  });

  test("a stale claim writes nothing at all, also beside one that holds", async () => {
    await using given = await setUp();
    const { journal, redis } = given;
    const { wanted, claim: stale } = await taken(journal);
    const claim = await claimOf(journal, wanted);
    const before = await everything(redis);
    expect(await journal.commit([{ claim: stale, transitions: starts(stale) }])).toEqual(["stale"]);
    expect(await everything(redis)).toEqual(before);

    const { claim: other } = await taken(journal);
    const commits = await journal.commit([
      { claim: stale, transitions: starts(stale) },
      { claim: other, transitions: starts(other) },
    ]);
    expect(commits).toEqual([
      "stale",
      { control: "running", refused: new Set(), strange: new Set() },
    ]);
    expect((await journal.counts()).states).toEqual({ queued: 2, sending: 2 });
    expect((await claimOf(journal, wanted)).emails).toEqual(expect.arrayContaining(claim.emails));
  });

  test.each(["paused", "cancelled"] as const)(
    "no attempt begins while the campaign is %s, but what was begun ends",
    async (state) => {
      await using given = await setUp();
      const { journal, redis } = given;
      const { wanted, claim } = await taken(journal);
      const [one, two] = claim.emails as [Claim["emails"][0], Claim["emails"][0]];
      const begun = transition(one.id, one.record, START);
      await journal.commit([{ claim, transitions: [begun] }]);
      await journal.setControl(wanted.campaign, state);
      const before = await everything(redis);
      const refused = transition(two.id, two.record, START);
      expect(await journal.commit([{ claim, transitions: [refused] }])).toEqual([
        { control: state, refused: new Set([two.id]), strange: new Set() },
      ]);
      expect(await everything(redis)).toEqual(before);
      await journal.commit([
        { claim, transitions: [transition(one.id, begun.record, ACCEPTED), refused] },
      ]);
      expect((await journal.counts()).states).toEqual({ queued: 1, sent: 1 });
      await journal.setControl(wanted.campaign, "running");
      const [commit] = await journal.commit([{ claim, transitions: [refused] }]);
      expect(commit).toMatchObject({ refused: new Set() });
    },
  );

  test("a transition is written onto the record it was made from or not at all: Redis was set back", async () => {
    await using given = await setUp();
    const { journal, redis } = given;
    const { claim } = await taken(journal, { recipients: recipients(1) });
    const { id, record } = claim.emails[0]!;
    const start = transition(id, record, START);
    const before = await everything(redis);
    const ahead = transition(id, start.record, ACCEPTED);
    expect(await journal.commit([{ claim, transitions: [ahead] }])).toEqual([
      { control: "running", refused: new Set(), strange: new Set([id]) },
    ]);
    expect(await everything(redis)).toEqual(before);
  });
});

describe("a commit that is repeated, because the connection broke before its answer came", () => {
  test("is not written twice", async () => {
    await using given = await setUp();
    const { journal, redis } = given;
    const { claim } = await taken(journal);
    await journal.commit([{ claim, transitions: starts(claim) }]);
    const before = await everything(redis);
    expect(await journal.commit([{ claim, transitions: starts(claim) }])).toEqual([
      { control: "running", refused: new Set(), strange: new Set() },
    ]);
    expect(await everything(redis)).toEqual(before);
  });

  test("is not written twice when its ends were acknowledged and forgotten meanwhile", async () => {
    await using given = await setUp();
    const { journal, redis, outbox } = given;
    const { claim } = await taken(journal);
    await commitAll(journal, claim, [START]);
    const ends = claim.emails.map(({ id, record }) => {
      const { record: started } = transition(id, record, START);
      return transition(id, started, ACCEPTED);
    });
    await journal.commit([{ claim, transitions: ends }]);
    await outbox.acknowledge(await outbox.next(1));
    const before = await everything(redis);
    expect(await journal.commit([{ claim, transitions: ends }])).toEqual([
      { control: "running", refused: new Set(), strange: new Set() },
    ]);
    expect(await everything(redis)).toEqual(before);
    expect(await journal.counts()).toEqual({ states: {}, emails: 0, outbox: 0 });
  });

  test("is sent again by the connection itself, and stands once", async () => {
    await using server = await ownRedis();
    await using proxy = new FaultProxy(server.port);
    const redis = openRedis(proxy.through(server.url), silentLog, { patient: true });
    const direct = new Redis(server.url);
    try {
      const journal = createJournal(redis, shards, 1_000);
      const { claim } = await taken(journal, { recipients: recipients(3) });
      // Redis has to know the script, so that the commit is one call.
      await journal.commit([{ claim, transitions: [] }]);
      // Redis gets it and writes it; of its answer not a byte comes back.
      proxy.set({ cutAfterBytes: { toClient: 0 } });
      const committed = journal.commit([{ claim, transitions: starts(claim) }]);
      await until(async () => (await direct.xlen(shard.outbox)) === 1, { what: "the first write" });
      proxy.heal();
      expect(await committed).toEqual([
        { control: "running", refused: new Set(), strange: new Set() },
      ]);
      expect(await direct.xlen(shard.outbox)).toBe(1);
      expect(await journal.counts()).toEqual({ states: { sending: 3 }, emails: 3, outbox: 3 });
    } finally {
      redis.disconnect();
      direct.disconnect();
    }
  });
});

describe("acknowledging", () => {
  test("forgets exactly the emails that ended, and of a batch that is through all but its name", async () => {
    await using given = await setUp();
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
    const { head } = batchKeys(shard, wanted.batch);
    expect((await redis.keys("*")).toSorted()).toEqual(
      [shard.counts, shard.outbox, head].toSorted(),
    );
    expect(await redis.ttl(head)).toBeGreaterThan(6 * 86_400);
  });

  test("twice does nothing the second time", async () => {
    await using given = await setUp();
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
    await using given = await setUp();
    const { journal, outbox } = given;
    const person = recipient();
    const { wanted, claim } = await taken(journal, { recipients: [person] });
    await commitAll(journal, claim, [
      START,
      { type: "REJECTED", at, reason: { code: "rejected", detail: "no" } },
    ]);
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
      const journal = createJournal(redis, shards, 1_000);
      const outbox = createOutbox(redis, redis, shard, newId());
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

test("a control that is looked at does not expire: a campaign stays paused for as long as it is to", async () => {
  await using given = await setUp();
  const { journal, redis } = given;
  const { wanted } = await taken(journal);
  expect(await journal.control(wanted)).toBe("running");
  await journal.setControl(wanted.campaign, "paused");
  const [key] = await redis.keys("*:control:*");
  await redis.expire(key!, 10);
  expect(await journal.control(wanted)).toBe("paused");
  expect(await redis.ttl(key!)).toBeGreaterThan(80 * 86_400);
});
