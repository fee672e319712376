import {
  createFairSemaphore,
  createMetrics,
  type Log,
  type Metrics,
  newId,
} from "@mailwright/platform";
import { createServiceClient, type ServiceClient } from "@mailwright/protocol";
import { createCommitter } from "./batches/committer.ts";
import { watchContinuity } from "./batches/continuity.ts";
import { createJournal, type Journal } from "./batches/journal.ts";
import { type BatchQueue, createBatchQueue, startBatchWorkers } from "./batches/queue.ts";
import { createMarks } from "./batches/marks.ts";
import { createTestimonies } from "./batches/testimony.ts";
import { startBouncePoller } from "./bounces/poller.ts";
import { createVerp, type Verp } from "./bounces/verp.ts";
import type { Config } from "./config.ts";
import { type Contents, createContents } from "./contents/contents.ts";
import { createWebhookNotes, type WebhookNotes } from "./feedback/webhook-notes.ts";
import { createRateLimiter } from "./gateways/rate.ts";
import { createTally } from "./gateways/tally.ts";
import { createOutbound, type Outbound } from "./gateways/outbound.ts";
import { createGatewayRegistry, type GatewayRegistry } from "./gateways/registry.ts";
import type { RedisClock } from "./redis/clock.ts";
import { createShards, type Shard } from "./redis/keys.ts";
import { openRedis, type RedisClient } from "./redis/open.ts";
import { createRenderLane } from "./batches/render-lane.ts";
import { PACE, type Pace } from "./pace.ts";
import { watchOutbox } from "./reports/back-pressure.ts";
import { createOutbox } from "./reports/outbox.ts";
import { startReporter } from "./reports/reporter.ts";
import { createVault, type Vault } from "./settings/vault.ts";

/** Everything the routes and the workers need. */
export interface Context extends AsyncDisposable {
  config: Config;
  clock: RedisClock;
  log: Log;
  metrics: Metrics;
  shards: readonly Shard[];
  /** For requests: fails fast. */
  redis: RedisClient;
  /** On the connection for requests. */
  journal: Journal;
  contents: Contents;
  queue: BatchQueue;
  gateways: GatewayRegistry;
  webhookNotes: WebhookNotes;
  outbound: Outbound;
  vault: Vault;
  verp: Verp;
  web: ServiceClient;
  pace: Pace;
}

export function createContext(
  config: Config,
  clock: RedisClock,
  log: Log,
  pace: Pace = PACE,
): Context {
  const shards = createShards(config.shards);
  const redis = openRedis(config.redisUrls, log);
  const queue = createBatchQueue(redis, shards, log);
  const vault = createVault(config.credentialsKeys);
  const verp = createVerp(config.credentialsKeys);
  const outbound = createOutbound(config.privateGateways, clock);
  const gateways = createGatewayRegistry(redis, vault, clock, log, verp, outbound);
  const webhookNotes = createWebhookNotes(redis, pace.tallyMs, clock, log);
  return {
    config,
    clock,
    log,
    metrics: createMetrics("email_client"),
    shards,
    redis,
    journal: createJournal(redis, shards, config.emailsLimit),
    contents: createContents(redis),
    queue,
    gateways,
    webhookNotes,
    outbound,
    vault,
    verp,
    pace,
    web: createServiceClient({
      url: config.webUrl,
      keys: config.serviceKeys,
      now: () => clock.now(),
    }),
    async [Symbol.asyncDispose]() {
      await webhookNotes[Symbol.asyncDispose]();
      await queue[Symbol.asyncDispose]();
      gateways[Symbol.dispose]();
      redis.disconnect();
    },
  };
}

/**
 * Starts what works in the background: the batch workers and one reporter a shard, on connections of their own that wait
 * for Redis as long as it takes. Disposing stops the workers first; what they reported last stays in the outbox for the
 * next reporter.
 */
export function startWorkers({
  config,
  clock,
  log,
  shards,
  gateways,
  outbound,
  vault,
  verp,
  web,
  pace,
}: Context): AsyncDisposable {
  const stack = new AsyncDisposableStack();
  const patient = () => {
    const redis = openRedis(config.redisUrls, log, { patient: true });
    stack.defer(() => redis.disconnect());
    return redis;
  };
  const redis = patient();
  const reporters = shards.map((shard) => {
    const outbox = createOutbox(patient(), redis, shard, newId());
    return startReporter(outbox, { web, clock, log, pace });
  });
  // Each ends a read that blocks: all at once, or many shards take longer to stop than there is time.
  stack.defer(async () => {
    await Promise.all(reporters.map((reporter) => reporter[Symbol.asyncDispose]()));
  });
  const marks = createMarks();
  stack.use(watchContinuity({ redis, shards, marks, clock, log, pace }));
  const journal = createJournal(redis, shards, config.emailsLimit, marks);
  const pressure = stack.use(watchOutbox(journal, config.outboxLimit, clock, log));
  const tally = stack.use(createTally(redis, pace.tallyMs, clock, log));
  const runner = {
    journal,
    committer: createCommitter({ journal, clock, log }),
    contents: createContents(redis),
    gateways,
    rates: createRateLimiter(redis),
    slots: createFairSemaphore(config.concurrency),
    tally,
    testimonies: createTestimonies(redis, shards),
    clock,
    log,
    attemptDeadlineMs: config.attemptDeadlineMs,
    pace,
    inRenderLane: createRenderLane(),
    outboxIsFull: pressure.isFull,
  };
  stack.use(startBouncePoller({ redis, vault, verp, web, clock, log, pace, outbound }));
  // The last, so that they are told first to stop: what waits for a Redis that is away must not keep attempts going.
  stack.use(startBatchWorkers(redis, shards, runner));
  return stack;
}
