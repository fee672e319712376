import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import type { Report } from "@mailwright/protocol";
import { testRedis } from "@mailwright/testing";
import { createShards } from "../redis/keys.ts";
import { batch, recipient, recipients } from "../testing/factories.ts";
import {
  ACCEPTED,
  claimOf,
  commitAll,
  everything,
  setUpJournal,
  START,
  starts,
  taken,
  transition,
} from "../testing/journal.ts";
import { type Claim, createJournal } from "./journal.ts";

describe("a batch that is taken", () => {
  test("is there whole, counted, indexed and untouched", async () => {
    await using given = await setUpJournal();
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
    await using given = await setUpJournal();
    const { journal, redis } = given;
    const { wanted, claim } = await taken(journal);
    await commitAll(journal, claim, [START]);
    const before = await everything(redis);
    expect(await journal.take({ ...wanted, recipients: recipients(5) })).toBe("known");
    expect(await everything(redis)).toEqual(before);
  });

  test("is refused when it would pass the limit, and then nothing of it is there", async () => {
    await using given = await setUpJournal(500);
    const { journal, redis } = given;
    await taken(journal, { recipients: recipients(499) });
    const before = await everything(redis);
    expect(await journal.take(batch({ recipients: recipients(2) }))).toBe("full");
    expect(await everything(redis)).toEqual(before);
    expect(await journal.take(batch({ recipients: recipients(1) }))).toBe("taken");
  });

  test("is refused when its campaign would fill more than it leaves free, and others find room", async () => {
    await using given = await setUpJournal(3_000);
    const { journal } = given;
    /** How many whole batches of a campaign it takes. */
    async function takenOf(campaign: string): Promise<number> {
      for (let batches = 0; ; batches++) {
        const next = batch({ campaign, recipients: recipients(500) });
        if ((await journal.take(next)) === "full") return batches;
      }
    }
    const campaigns = [newId(), newId(), newId(), newId()];
    const room: number[] = [];
    for (const campaign of campaigns) room.push(await takenOf(campaign));
    expect(room).toEqual([3, 2, 1, 0]);
  });

  test.each([
    ["alone in the journal", 0, 3],
    ["beside another campaign's", 1_400, 2],
  ])(
    "finds as much room as is left where many of its campaign's wait for one email each, %s",
    async (_where, others, room) => {
      await using given = await setUpJournal(3_000);
      const { journal, outbox } = given;
      for (let left = others; left > 0; left -= 500)
        await taken(journal, { recipients: recipients(Math.min(left, 500)) });
      const campaign = newId();
      for (let batches = 0; batches < 10; batches++) {
        const { claim } = await taken(journal, { campaign, recipients: recipients(3) });
        const ended = { ...claim, emails: claim.emails.slice(1) };
        await commitAll(journal, ended, [START, ACCEPTED]);
        await outbox.acknowledge(await outbox.next(1));
      }
      expect((await journal.counts()).emails).toBe(others + 10);
      expect(await journal.liveBatches(campaign)).toHaveLength(10);
      for (let batches = 0; batches < room; batches++)
        await taken(journal, { campaign, recipients: recipients(500) });
      expect(await journal.take(batch({ campaign, recipients: recipients(500) }))).toBe("full");
    },
  );

  test("fits into an empty journal however the limit is split into shards", async () => {
    await using given = await testRedis();
    const journal = createJournal(given.redis, createShards(64), 500);
    expect(await journal.take(batch({ recipients: recipients(500) }))).toBe("taken");
  });

  test("counts an email that is named twice once", async () => {
    await using given = await setUpJournal();
    const { journal } = given;
    const twice = recipient();
    await taken(journal, { recipients: [twice, twice] });
    expect(await journal.counts()).toEqual({ states: { queued: 1 }, emails: 1, outbox: 0 });
  });

  test("of which the ledger knows more begins from there", async () => {
    await using given = await setUpJournal();
    const lost = recipient({
      run: 2,
      last_known: { seq: 3, state: "retrying", attempt: 2, first_at: 1_000 },
    });
    const { claim } = await taken(given.journal, { recipients: [lost] });
    expect(claim.emails[0]?.record).toEqual({
      v: 1,
      state: "retrying",
      run: 2,
      seq: 3,
      attempt: 2,
      throttled: 0,
      firstAt: 1_000,
      due: 0,
    });
    expect((await given.journal.counts()).states).toEqual({ retrying: 1 });
  });
});

describe("claims and commits", () => {
  test("every claim raises the fence", async () => {
    await using given = await setUpJournal();
    const { wanted, claim } = await taken(given.journal);
    expect([claim.fence, (await claimOf(given.journal, wanted)).fence]).toEqual([1, 2]);
    expect(await given.journal.claim(newId())).toBeUndefined();
  });

  test("a commit writes records, reports and counts together", async () => {
    await using given = await setUpJournal();
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
    const told = entries.map(({ reports }) => JSON.parse(reports) as Report[]);
    expect(told.map((reports) => reports.map(({ seq, state }) => [seq, state]))).toEqual([
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
    await using given = await setUpJournal();
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
      { control: "running", refused: new Set(), conflicts: new Set(), suppressed: new Set() },
    ]);
    expect((await journal.counts()).states).toEqual({ queued: 2, sending: 2 });
    expect((await claimOf(journal, wanted)).emails).toEqual(expect.arrayContaining(claim.emails));
  });

  test.each(["paused", "cancelled"] as const)(
    "no attempt begins while the campaign is %s, but what was begun ends",
    async (state) => {
      await using given = await setUpJournal();
      const { journal, redis } = given;
      const { wanted, claim } = await taken(journal);
      const [one, two] = claim.emails as [Claim["emails"][0], Claim["emails"][0]];
      const begun = transition(one.id, one.record, START);
      await journal.commit([{ claim, transitions: [begun] }]);
      await journal.setControl(wanted.campaign, { state });
      const before = await everything(redis);
      const refused = transition(two.id, two.record, START);
      expect(await journal.commit([{ claim, transitions: [refused] }])).toEqual([
        { control: state, refused: new Set([two.id]), conflicts: new Set(), suppressed: new Set() },
      ]);
      expect(await everything(redis)).toEqual(before);
      await journal.commit([
        { claim, transitions: [transition(one.id, begun.record, ACCEPTED), refused] },
      ]);
      expect((await journal.counts()).states).toEqual({ queued: 1, sent: 1 });
      await journal.setControl(wanted.campaign, { state: "running" });
      const [commit] = await journal.commit([{ claim, transitions: [refused] }]);
      // What is cancelled stays so.
      const still = state === "cancelled" ? [two.id] : [];
      expect(commit).toMatchObject({ refused: new Set(still) });
    },
  );

  test("a transition is written onto the record it was made from or not at all: Redis was set back", async () => {
    await using given = await setUpJournal();
    const { journal, redis } = given;
    const { claim } = await taken(journal, { recipients: recipients(1) });
    const { id, record } = claim.emails[0]!;
    const start = transition(id, record, START);
    const before = await everything(redis);
    const ahead = transition(id, start.record, ACCEPTED);
    expect(await journal.commit([{ claim, transitions: [ahead] }])).toEqual([
      { control: "running", refused: new Set(), conflicts: new Set([id]), suppressed: new Set() },
    ]);
    expect(await everything(redis)).toEqual(before);
  });
});

test("a control that is looked at does not expire: a campaign stays paused for as long as it is to", async () => {
  await using given = await setUpJournal();
  const { journal, redis } = given;
  const { wanted } = await taken(journal);
  expect(await journal.control(wanted)).toBe("running");
  await journal.setControl(wanted.campaign, { state: "paused" });
  const [key] = await redis.keys("*:control:*");
  await redis.expire(key!, 10);
  expect(await journal.control(wanted)).toBe("paused");
  expect(await redis.ttl(key!)).toBeGreaterThan(80 * 86_400);
});
