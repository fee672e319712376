import {
  type ConfigSource,
  isId,
  LOG_LEVELS,
  type LogLevel,
  type NamedKey,
  readConfig,
  type Reader,
} from "@mailwright/platform";
import type { FirstGateway } from "./settings/first-gateway.ts";

export interface Config {
  port: number;
  /** One Redis, or several nodes of one Redis Cluster. */
  redisUrls: readonly string[];
  webUrl: string;
  /** Sign and verify the calls between the services; newest first. */
  serviceKeys: NamedKey[];
  /** Wrap the data keys of the gateways' secrets; newest first. */
  credentialsKeys: NamedKey[];
  logLevel: LogLevel;
  /** Into how many hash-tagged shards the journal is split; one Redis needs one, a cluster several. */
  shards: number;
  /** Attempts under way at once in this process: also how many emails a crash can leave uncertain. */
  concurrency: number;
  /** Emails that may be in the journal at once; past it a batch is answered 429. */
  emailsLimit: number;
  /** Reports that may wait for web; past it no new attempt begins. */
  outboxLimit: number;
  /** How long one attempt may take, its answer's body included. */
  attemptDeadlineMs: number;
  /** Whether gateways may be at addresses that are not public: on this machine, in a private network, reserved. */
  privateGateways: "refuse" | "allow";
  /** The gateway of an installation that has none yet. */
  firstGateway?: FirstGateway;
}

export function readEmailClientConfig(source: ConfigSource): Config {
  return readConfig(source, (env) => ({
    port: env.integer("PORT", 5051, { max: 65_535 }),
    redisUrls: redisUrls(env),
    webUrl: env.serviceUrl("WEB_URL"),
    serviceKeys: env.keys("SERVICE_KEYS"),
    credentialsKeys: env.keys("CREDENTIALS_KEYS"),
    logLevel: env.choice("LOG_LEVEL", LOG_LEVELS, "info"),
    shards: env.integer("REDIS_SHARDS", 1, { min: 1, max: 64 }),
    concurrency: concurrency(env),
    emailsLimit: env.integer("EMAILS_LIMIT", 100_000, { min: 500 }),
    outboxLimit: env.integer("OUTBOX_LIMIT", 200_000, { min: 1_000 }),
    attemptDeadlineMs: env.integer("ATTEMPT_DEADLINE_MS", 10_000, { min: 100, max: 120_000 }),
    privateGateways: env.choice("PRIVATE_GATEWAYS", ["refuse", "allow"], "refuse"),
    ...firstGateway(env),
  }));
}

/** Requests that are no attempts: reports, webhooks' certificates, looks at a gateway. */
const OTHER_REQUESTS = 64;

function concurrency(env: Reader): number {
  const attempts = env.integer("SEND_CONCURRENCY", 192, { min: 1, max: 2_000 });
  const requests = env.integer("BUN_CONFIG_MAX_HTTP_REQUESTS", 256, { min: 1 });
  // What is past it waits in Bun while its deadline runs, and would be given up as uncertain without having been made.
  if (attempts + OTHER_REQUESTS > requests) {
    env.fault(
      `SEND_CONCURRENCY is ${attempts}, for which BUN_CONFIG_MAX_HTTP_REQUESTS has to be ${attempts + OTHER_REQUESTS} or more when the process starts: it is ${requests}`,
    );
  }
  return attempts;
}

function redisUrls(env: Reader): string[] {
  const urls = env.urls("REDIS_URL", ["redis", "rediss"]);
  if (urls.length > 1 && urls.some(isNumbered))
    env.fault("REDIS_URL names a numbered database, and a Redis Cluster has none");
  return urls;
}

function isNumbered(url: string): boolean {
  return URL.canParse(url) && /^\/\d/.test(new URL(url).pathname);
}

function firstGateway(env: Reader): Pick<Config, "firstGateway"> {
  if (env.optional("FIRST_GATEWAY_URL") === undefined) return {};
  const url = env.url("FIRST_GATEWAY_URL", ["http", "https"]);
  const username = env.text("FIRST_GATEWAY_USERNAME");
  const password = env.text("FIRST_GATEWAY_PASSWORD");
  const id = env.optional("FIRST_GATEWAY_ID");
  const webhookSecret = env.optional("FIRST_GATEWAY_WEBHOOK_SECRET");
  if (id !== undefined && !isId(id)) env.fault("FIRST_GATEWAY_ID must be a UUID in lower case");
  return {
    firstGateway: {
      url,
      username,
      password,
      ...(id !== undefined && { id }),
      ...(webhookSecret !== undefined && { webhookSecret }),
    },
  };
}
