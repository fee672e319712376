import { describe, expect, test } from "bun:test";
import { silentLog } from "@mailwright/platform";
import { FaultProxy, ownRedis, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { openRedis } from "../redis/open.ts";
import { recipients } from "../testing/factories.ts";
import {
  ACCEPTED,
  commitAll,
  everything,
  setUpJournal,
  SHARD,
  SHARDS,
  START,
  starts,
  taken,
  transition,
} from "../testing/journal.ts";
import { createJournal } from "./journal.ts";

describe("a commit that is repeated, because the connection broke before its answer came", () => {
  test("is not written twice", async () => {
    await using given = await setUpJournal();
    const { journal, redis } = given;
    const { claim } = await taken(journal);
    await journal.commit([{ claim, transitions: starts(claim) }]);
    const before = await everything(redis);
    expect(await journal.commit([{ claim, transitions: starts(claim) }])).toEqual([
      { control: "running", refused: new Set(), conflicts: new Set(), suppressed: new Set() },
    ]);
    expect(await everything(redis)).toEqual(before);
  });

  test("is not written twice when its ends were acknowledged and forgotten meanwhile", async () => {
    await using given = await setUpJournal();
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
      { control: "running", refused: new Set(), conflicts: new Set(), suppressed: new Set() },
    ]);
    expect(await everything(redis)).toEqual(before);
    expect(await journal.counts()).toEqual({ states: {}, emails: 0, outbox: 0 });
  });

  test("is sent again by the connection itself, and stands once", async () => {
    await using server = await ownRedis();
    await using proxy = new FaultProxy(server.port);
    const redis = openRedis([proxy.through(server.url)], silentLog, { patient: true });
    const direct = new Redis(server.url);
    try {
      const journal = createJournal(redis, SHARDS, 1_000);
      const { claim } = await taken(journal, { recipients: recipients(3) });
      // Redis has to know the script, so that the commit is one call.
      await journal.commit([{ claim, transitions: [] }]);
      // Redis gets it and writes it; of its answer not a byte comes back.
      proxy.set({ cutAfterBytes: { toClient: 0 } });
      const committed = journal.commit([{ claim, transitions: starts(claim) }]);
      await until(async () => (await direct.xlen(SHARD.outbox)) === 1, { what: "the first write" });
      proxy.heal();
      expect(await committed).toEqual([
        { control: "running", refused: new Set(), conflicts: new Set(), suppressed: new Set() },
      ]);
      expect(await direct.xlen(SHARD.outbox)).toBe(1);
      expect(await journal.counts()).toEqual({ states: { sending: 3 }, emails: 3, outbox: 3 });
    } finally {
      redis.disconnect();
      direct.disconnect();
    }
  });
});
