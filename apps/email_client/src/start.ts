import type { Clock, Log } from "@mailwright/platform";
import { buildApp } from "./app.ts";
import type { Config } from "./config.ts";
import { createContext, startWorkers } from "./context.ts";
import { listen } from "./http/listen.ts";
import { askTheTime, createRedisClock } from "./redis/clock.ts";
import { PACE, type Pace } from "./pace.ts";
import { requireRedis } from "./redis/require.ts";
import { requireShards } from "./redis/require-shards.ts";
import { readGateways } from "./settings/gateway-records.ts";
import { tellOfPrivateServers } from "./settings/private-server.ts";
import { offerFirstGateway } from "./settings/first-gateway.ts";

/** A running email client. Disposing it is the clean stop: no new work, attempts under way end, batches are given back. */
export interface EmailClient extends AsyncDisposable {
  url: string;
}

/** Starts an email client, or throws when Redis does not come up in time or `signal` aborts; then nothing is left open. */
export async function startEmailClient(
  config: Config,
  clock: Clock,
  log: Log,
  { signal, pace = PACE }: { signal?: AbortSignal; pace?: Pace } = {},
): Promise<EmailClient> {
  await using starting = new AsyncDisposableStack();
  const redisClock = createRedisClock(clock);
  const context = starting.use(createContext(config, redisClock, log, pace));
  await requireRedis(context.redis, clock, log, signal);
  await requireShards(context.redis, context.shards);
  if (config.redisUrls.length > 1 && config.shards === 1)
    log.warn("REDIS_SHARDS is 1, so one node of the Redis Cluster does all the work");
  await askTheTime(context.redis, redisClock);
  const { firstGateway } = config;
  if (firstGateway && (await offerFirstGateway(context.redis, context.vault, firstGateway)))
    log.info({ gateway_url: firstGateway.url }, "made the first gateway from FIRST_GATEWAY_URL");
  await tellOfPrivateServers(await readGateways(context.redis), context.outbound, log);
  const { url } = starting.use(listen(buildApp(context), config.port));
  starting.use(startWorkers(context));
  log.info({ url, concurrency: config.concurrency }, "email_client is ready");
  const running = starting.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
