import { test } from "bun:test";
import { newId } from "@mailwright/platform";
import { testRedis } from "@mailwright/testing";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { createOutbox } from "../reports/outbox.ts";
import { SHARD, SHARDS } from "../testing/journal.ts";
import {
  Acknowledge,
  AcknowledgeAgain,
  ClaimBatch,
  Commit,
  CommitAgain,
  type Model,
  type Real,
  ReporterDies,
  RequeueEarly,
  SetControl,
  Take,
  TakeAgain,
} from "../testing/journal-model.ts";
import { Suppress } from "../testing/journal-model-suppress.ts";
import { createJournal } from "./journal.ts";

const small = fc.nat({ max: 5 });
const state = fc.constantFrom("running", "paused", "cancelled");
const commands = fc.commands(
  [
    fc.tuple(small, fc.integer({ min: 1, max: 3 }), small).map((args) => new Take(...args)),
    small.map((which) => new TakeAgain(which)),
    small.map((which) => new ClaimBatch(which)),
    fc
      .tuple(fc.nat(20), fc.array(fc.tuple(small, small), { minLength: 1, maxLength: 4 }))
      .map((args) => new Commit(...args)),
    fc
      .tuple(fc.nat(20), fc.array(fc.tuple(small, small), { minLength: 1, maxLength: 4 }))
      .map((args) => new Commit(...args)),
    fc.constant(new CommitAgain()),
    fc.tuple(small, state).map((args) => new SetControl(...args)),
    fc.tuple(small, small, fc.boolean()).map((args) => new Suppress(...args)),
    fc.constant(new Acknowledge()),
    fc.constant(new AcknowledgeAgain()),
    fc.constant(new ReporterDies()),
    fc.constant(new RequeueEarly()),
  ],
  { maxCommands: 50, size: "max" },
);

function begin(redis: Redis): { model: Model; real: Real } {
  const reporter = () => createOutbox(redis, redis, SHARD, newId());
  return {
    model: {
      controls: new Map(),
      batches: new Map(),
      index: new Map(),
      suppressed: new Set(),
      outbox: [],
      requeueable: new Map(),
    },
    real: {
      journal: createJournal(redis, SHARDS, 10_000),
      reporter,
      taken: [],
      claims: [],
      lastWork: undefined,
      lastAcknowledged: [],
    },
  };
}

test("whatever is done to the journal, in whatever order, it is what a plain model says", async () => {
  await using given = await testRedis();
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      await given.redis.flushdb();
      await fc.asyncModelRun(() => begin(given.redis), sequence);
    }),
    { numRuns: 40 },
  );
});
