import { expect, test } from "bun:test";
import { newRecord } from "@mailwright/email_machine";
import { createLog, type Log, newId, silentLog } from "@mailwright/platform";
import { ManualClock } from "@mailwright/testing";
import { createShards, shardOf } from "../redis/keys.ts";
import { createCommitter, TICK } from "./committer.ts";
import type { Claim, Commit, Journal, Transition } from "./journal.ts";
import { reportOf } from "@mailwright/protocol";

type Work = Parameters<Journal["commit"]>[0];

/** A journal whose commits a test answers one by one. */
function setUp(shardCount = 1, log: Log = silentLog) {
  const shards = createShards(shardCount);
  const commits: { work: Work; answer: PromiseWithResolvers<Commit[]> }[] = [];
  const clock = new ManualClock();
  const committer = createCommitter({
    journal: {
      shardOf: (batch) => shardOf(shards, batch),
      commit(work) {
        const answer = Promise.withResolvers<Commit[]>();
        commits.push({ work, answer });
        return answer.promise;
      },
    },
    clock,
    log,
  });
  return { committer, commits, clock };
}

function claim(batch = newId()): Claim {
  return {
    batch,
    fence: 1,
    campaign: newId(),
    content: "",
    gateway: newId(),
    suppressed: new Set(),
    emails: [],
  };
}

function transition(id = newId()): Transition {
  const record = newRecord();
  const report = reportOf(id, { type: "START", at: 0 }, record, newId());
  return { id, kind: "start", before: record, record, report };
}

const wrote = (refused: string[] = [], conflicts: string[] = []): Commit => ({
  control: "paused",
  refused: new Set(refused),
  conflicts: new Set(conflicts),
  suppressed: new Set(),
});
const idsOf = (work: Work) => work.map(({ transitions }) => transitions.map(({ id }) => id));
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("what is written in one turn of the event loop goes as one call, each batch behind its own claim", async () => {
  const { committer, commits } = setUp();
  const [one, two] = [claim(), claim()];
  const [a, b, c] = [transition(), transition(), transition()];
  const verdicts = Promise.all([
    committer.write(one, a),
    committer.write(two, b),
    committer.write(one, c),
  ]);
  await settled();
  expect(commits).toHaveLength(1);
  expect(commits[0]!.work.map(({ claim }) => claim)).toEqual([one, two]);
  expect(idsOf(commits[0]!.work)).toEqual([[a.id, c.id], [b.id]]);
  commits[0]!.answer.resolve([wrote([c.id]), "stale"]);
  expect(await verdicts).toEqual(["written", "stale", "paused"]);
});

test("while one commit is on its way the next one collects", async () => {
  const { committer, commits } = setUp();
  const one = claim();
  const first = committer.write(one, transition());
  await settled();
  const later = [transition(), transition()];
  const verdicts = later.map((each) => committer.write(one, each));
  await settled();
  expect(commits).toHaveLength(1);
  commits[0]!.answer.resolve([wrote()]);
  expect(await first).toBe("written");
  await settled();
  expect(idsOf(commits[1]!.work)).toEqual([later.map(({ id }) => id)]);
  commits[1]!.answer.resolve([wrote([], [later[1]!.id])]);
  expect(await Promise.all(verdicts)).toEqual(["written", "stale"]);
});

test("a call carries at most a batch's worth, and the rest goes with the next one in order", async () => {
  const { committer, commits } = setUp();
  const one = claim();
  const all = Array.from({ length: TICK + 7 }, () => transition());
  const verdicts = all.map((each) => committer.write(one, each));
  await settled();
  expect(idsOf(commits[0]!.work)).toEqual([all.slice(0, TICK).map(({ id }) => id)]);
  commits[0]!.answer.resolve([wrote()]);
  await settled();
  expect(idsOf(commits[1]!.work)).toEqual([all.slice(TICK).map(({ id }) => id)]);
  commits[1]!.answer.resolve([wrote()]);
  expect(new Set(await Promise.all(verdicts))).toEqual(new Set(["written"]));
});

test("shards do not wait for one another", async () => {
  const { committer, commits } = setUp(2);
  const even = claim("00000000-0000-0000-0000-000000000000");
  const odd = claim("00000000-0000-0000-0000-000000000001");
  void committer.write(even, transition());
  void committer.write(odd, transition());
  await settled();
  expect(commits.map(({ work }) => work.map(({ claim }) => claim))).toEqual([[even], [odd]]);
});

test.each([
  "ERR a bug",
  "WRONGTYPE Operation against a key holding the wrong kind of value",
  "Connection is closed.",
  "undefined is not an object",
])("a failure that another try would not mend is told: %s", async (message) => {
  const { committer, commits } = setUp();
  const verdict = committer.write(claim(), transition());
  await settled();
  commits[0]!.answer.reject(new Error(message));
  expect((await Promise.allSettled([verdict]))[0]?.status).toBe("rejected");
});

test("a failure reaches everyone who waits for that commit, and nobody else", async () => {
  const { committer, commits } = setUp();
  const [one, two] = [claim(), claim()];
  const failing = [committer.write(one, transition()), committer.write(two, transition())];
  await settled();
  const later = committer.write(one, transition());
  commits[0]!.answer.reject(new Error("ERR a bug"));
  const outcomes = await Promise.allSettled(failing);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await settled();
  commits[1]!.answer.resolve([wrote()]);
  expect(await later).toBe("written");
});

test.each([
  "OOM command not allowed when used memory > 'maxmemory'.",
  "MISCONF Errors writing to the AOF file: No space left on device",
  "READONLY You can't write against a read only replica.",
  "LOADING Redis is loading the dataset in memory",
  "NOPERM User default has no permissions to run the 'evalsha' command",
  "WRONGPASS invalid username-password pair or user is disabled.",
])("a commit that Redis refuses for now is tried until it is taken: %s", async (message) => {
  const { committer, commits, clock } = setUp();
  const verdict = committer.write(claim(), transition());
  for (let refusal = 0; refusal < 3; refusal++) {
    await settled();
    expect(commits).toHaveLength(refusal + 1);
    commits[refusal]!.answer.reject(new Error(message));
    await clock.advance(1_000);
  }
  commits[3]!.answer.resolve([wrote()]);
  expect(await verdict).toBe("written");
  expect(new Set(commits.map(({ work }) => JSON.stringify(work))).size).toBe(1);
});

test.each([
  ["RESTARTED and whether Redis has lost anything is not known yet", "info"],
  ["UNOPENED Redis has lost something that it had acknowledged", "error"],
  ["MISCONF Errors writing to the AOF file", "error"],
])("that Redis refuses with “%s” is told once, as %s", async (message, level) => {
  const told: string[] = [];
  const write = (line: string) => void told.push((JSON.parse(line) as { level: string }).level);
  const { committer, commits, clock } = setUp(1, createLog("email_client", "info", { write }));
  const verdict = committer.write(claim(), transition());
  for (let tries = 0; tries < 2; tries++) {
    await settled();
    commits[tries]!.answer.reject(new Error(message));
    await settled();
    clock.advance(10_000);
  }
  await settled();
  commits[2]!.answer.resolve([wrote()]);
  expect(await verdict).toBe("written");
  expect(told).toEqual([level]);
});
