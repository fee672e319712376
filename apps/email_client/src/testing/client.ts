import { type Log, silentLog, systemClock } from "@mailwright/platform";
import {
  type Batch,
  type BatchStatus,
  type Content,
  contentHash,
  type Control,
  createServiceClient,
  parseBatchStatus,
  parseControl,
  parseNothing,
  parseSettingsView,
  type ServiceAnswer,
  type ServiceClient,
  type SettingsPatch,
  type SettingsView,
  type Suppressed,
} from "@mailwright/protocol";
import { testRedis, type TestRedis, until } from "@mailwright/testing";
import { newId } from "@mailwright/platform";
import type { Config } from "../config.ts";
import { PACE, type Pace } from "../pace.ts";
import { type EmailClient, startEmailClient } from "../start.ts";
import { batch, content, recipients } from "./factories.ts";
import { type GatewayStandIn, gatewayStandIn } from "./gateway-stand-in.ts";
import { type WebStandIn, webStandIn } from "./web-stand-in.ts";

export const SERVICE_KEY = { id: "s1", bytes: new Uint8Array(32).fill(1) };
export const CREDENTIALS_KEY = { id: "c1", bytes: new Uint8Array(32).fill(2) };
export const PASSWORD = "correct-horse-battery";

/** Soon enough for a test, and still in the same proportions. */
export const SHORT_PACE: Pace = {
  ...PACE,
  lockMs: 1_000,
  renewMs: 400,
  stallCheckMs: 300,
  sitOutMs: 300,
  parkMs: 500,
  askAgainMs: 50,
  gatherMs: 10,
  hearingMs: 1_500,
  readBlockMs: 50,
  abandonedMs: 1_000,
  signOfLifeMs: 200,
  lookForAbandonedMs: 200,
};

export interface SetUpOptions {
  config?: Partial<Omit<Config, "firstGateway">>;
  pace?: Partial<Pace>;
  log?: Log;
  /** A Redis of the test's own in place of the shared one. */
  redis?: Pick<TestRedis, "url"> & AsyncDisposable;
}

/** An email client with one gateway, and the two that it talks to stood in for. */
export interface SetUp extends AsyncDisposable {
  redisUrl: string;
  gateway: GatewayStandIn;
  gatewayId: string;
  web: WebStandIn;
  config: Config;
  /** Starts another one on the same Redis. */
  start(): Promise<EmailClient>;
  /** The first one. */
  client: EmailClient;
  /** Signed calls to the first one. */
  calls: Calls;
}

export async function setUp(options: SetUpOptions = {}): Promise<SetUp> {
  await using stack = new AsyncDisposableStack();
  const { url: redisUrl } = stack.use(options.redis ?? (await testRedis()));
  const gateway = stack.use(gatewayStandIn());
  const web = stack.use(webStandIn([SERVICE_KEY]));
  const config: Config = {
    port: 0,
    redisUrls: [redisUrl],
    webUrl: web.url,
    serviceKeys: [SERVICE_KEY],
    credentialsKeys: [CREDENTIALS_KEY],
    logLevel: "info",
    shards: 1,
    concurrency: 16,
    emailsLimit: 10_000,
    outboxLimit: 10_000,
    attemptDeadlineMs: 1_000,
    privateGateways: "allow",
    ...options.config,
  };
  const pace = { ...SHORT_PACE, ...options.pace };
  const start = () => startEmailClient(config, systemClock, options.log ?? silentLog, { pace });
  const client = stack.use(await start());
  const calls = callsTo(client.url);
  const gatewayId = newId();
  await calls.patch({ gateways: [aGateway(gatewayId, gateway.url)] });
  const owned = stack.move();
  return {
    redisUrl,
    gateway,
    gatewayId,
    web,
    config,
    client,
    calls,
    start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export function aGateway(id: string, url: string): SettingsPatch["gateways"][number] {
  return {
    id,
    kind: "seed",
    name: "Gateway",
    settings: { url, username: "ann" },
    secrets: { password: PASSWORD },
  };
}

/** The protocol's calls, as web makes them. */
export interface Calls {
  client: ServiceClient;
  patch(patch: SettingsPatch): Promise<void>;
  settings(): Promise<SettingsView>;
  put(content: Content): Promise<string>;
  post(batch: Batch): Promise<number>;
  /** The answer is what stands then; without an `order` it comes after every one without. */
  control(campaign: string, state: Control["state"], order?: number): Promise<Control>;
  suppress(emails: Suppressed["emails"]): Promise<void>;
  batch(id: string): Promise<BatchStatus | undefined>;
}

export function callsTo(url: string): Calls {
  const client = createServiceClient({ url, keys: [SERVICE_KEY], now: Date.now });
  return {
    client,
    async patch(patch) {
      must(await client.call("PATCH", "/v1/settings", patch, parseSettingsView));
    },
    async settings() {
      return must(await client.call("GET", "/v1/settings", undefined, parseSettingsView));
    },
    async put(wanted) {
      const hash = contentHash(wanted);
      must(await client.call("PUT", `/v1/contents/${hash}`, wanted, parseNothing));
      return hash;
    },
    async post(wanted) {
      const answer = await client.call("POST", "/v1/batches", wanted, parseNothing);
      if (answer.kind === "unreachable") throw new Error(answer.why);
      return answer.status;
    },
    async control(campaign, state, order) {
      const path = `/v1/campaigns/${campaign}/control`;
      return must(await client.call("PUT", path, { state, order }, parseControl));
    },
    async suppress(emails) {
      must(await client.call("PUT", "/v1/suppressed", { emails }, parseNothing));
    },
    async batch(id) {
      const answer = await client.call("GET", `/v1/batches/${id}`, undefined, parseBatchStatus);
      return answer.kind === "ok" ? answer.value : undefined;
    },
  };
}

function must<T>(answer: ServiceAnswer<T>): T {
  if (answer.kind === "ok") return answer.value;
  throw new Error(`the call failed: ${JSON.stringify(answer)}`);
}

/** Hands over one campaign's emails in one batch and gives back what was handed over. */
export async function send(
  { calls, gatewayId }: Pick<SetUp, "calls" | "gatewayId">,
  emails: number,
  policy: Partial<Content["policy"]> = {},
  change: Partial<Batch> = {},
): Promise<Batch> {
  const hash = await calls.put(content({}, policy));
  const wanted = batch({
    content: hash,
    gateway: gatewayId,
    recipients: recipients(emails),
    ...change,
  });
  if ((await calls.post(wanted)) > 202) throw new Error("the batch was not taken");
  return wanted;
}

/** Resolves when web has heard the end of every email of the batch and the email client has forgotten them. */
export async function finished(
  { calls, web }: Pick<SetUp, "calls" | "web">,
  { batch, recipients }: Batch,
  timeoutMs = 10_000,
): Promise<Record<string, number>> {
  await until(async () => (await calls.batch(batch))?.done === true, {
    what: "the batch to be done",
    timeoutMs,
  });
  return countBy(recipients.map(({ id }) => web.stateOf(id) ?? "unheard of"));
}

export function countBy(words: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words.toSorted()) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
