import postgres from "postgres";
import { createServiceClient, type ServiceClient } from "@mailwright/protocol";
import { createShards, type Shard } from "@mailwright/email_client/redis/keys.ts";
import {
  FaultProxy,
  type OwnCluster,
  ownPostgres,
  ownRedis,
  ownRedisCluster,
  type OwnServer,
} from "@mailwright/testing";
import { call, KEYS, makeToken, SERVICE_KEY, setUpGateway } from "../harness/access.ts";
import { type Balancer, startBalancer } from "../harness/balancer.ts";
import { type Program, startProgram } from "../harness/program.ts";

export interface InstallationOptions {
  webs?: number;
  emailClients?: number;
  /** The gateway's odds; without them it accepts everything. */
  weights?: string;
  /** More environment for each email client. */
  emailClientEnv?: Record<string, string>;
  /** More environment for one program, which is called by its app and its number, from 0. */
  envOf?: (program: string) => Record<string, string>;
  /** Directives of Redis that override ours. */
  redisSettings?: Record<string, string>;
  /** Redis is a cluster of three, and each of them has two shards. The email clients reach it without a link. */
  cluster?: boolean;
  /** `false` leaves it as a first visitor finds it: no gateway, no sender. */
  setUp?: boolean;
}

/** A whole installation as separate processes, with a network that misbehaves on request between any two of them. */
export interface Installation extends AsyncDisposable {
  postgres: OwnServer;
  /** Where Redis is a cluster, the first of its nodes. */
  redis: OwnServer;
  cluster: OwnCluster | undefined;
  shards: readonly Shard[];
  webs: Program[];
  emailClients: Program[];
  gatewayMock: Program;
  /** The links: email client to Redis, to web and to the gateway; web to the email client and to Postgres. */
  links: Record<"redis" | "web" | "gateway" | "emailClient" | "postgres", FaultProxy>;
  /** What a link leads to where there are several of a service; a single one has nothing in front of it. */
  balancers: Partial<Record<"web" | "emailClient", Balancer>>;
  /** Straight to the ledger, past every fault. */
  sql: postgres.Sql;
  /** Signed calls to the first email client, past every fault. */
  emailClient: ServiceClient;
  /** The id of the default gateway; "" when nothing was set up. */
  gateway: string;
  /** An owner's token for the API of any web. */
  token: string;
  /** A call to the first web's API; throws unless the answer is 2xx. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  mock<T>(method: string, path: string, body?: unknown): Promise<T>;
}

const CLUSTER_SHARDS = 6;

export async function startInstallation({
  webs = 1,
  emailClients = 1,
  weights = "202=1",
  emailClientEnv = {},
  envOf = () => ({}),
  redisSettings = {},
  cluster: isCluster = false,
  setUp = true,
}: InstallationOptions = {}): Promise<Installation> {
  const stack = new AsyncDisposableStack();
  try {
    const pg = stack.use(await ownPostgres());
    const cluster = isCluster ? stack.use(await ownRedisCluster()) : undefined;
    const redis = cluster?.nodes[0] ?? stack.use(await ownRedis(redisSettings));
    const shards = createShards(isCluster ? CLUSTER_SHARDS : 1);
    const gatewayMock = stack.use(
      await startProgram("gateway_mock", { MOCK_WEIGHTS: weights, MOCK_SEED: "7" }),
    );
    // Ports that are known before their servers: the services name each other.
    const redisLink = stack.use(new FaultProxy(redis.port));
    const postgresLink = stack.use(new FaultProxy(pg.port));
    const gatewayLink = stack.use(new FaultProxy(gatewayMock.port));
    const shared = { SERVICE_KEYS: KEYS, CREDENTIALS_KEYS: KEYS, LOG_LEVEL: "info" };
    const lateLinks = { web: lateProxy(), emailClient: lateProxy() };
    const clients: Program[] = [];
    for (let n = 0; n < emailClients; n++) {
      const env = {
        ...shared,
        REDIS_URL: cluster?.url ?? redisLink.through(redis.url),
        REDIS_SHARDS: String(shards.length),
        WEB_URL: `http://127.0.0.1:${lateLinks.web.port}`,
        PRIVATE_GATEWAYS: "allow",
        ...emailClientEnv,
        ...envOf(`email_client-${n}`),
      };
      clients.push(stack.use(await startProgram("email_client", env)));
    }
    const ofClients = stack.use(await balancerOf(clients));
    const emailClientLink = stack.use(
      lateLinks.emailClient.to((ofClients ?? (clients[0] as Program)).port),
    );
    const pages: Program[] = [];
    for (let n = 0; n < webs; n++) {
      const env = {
        ...shared,
        DATABASE_URL: postgresLink.through(pg.url),
        EMAIL_CLIENT_URL: `http://127.0.0.1:${emailClientLink.port}`,
        WEB_URL: "http://localhost:5050",
        ...envOf(`web-${n}`),
      };
      pages.push(stack.use(await startProgram("web", env)));
    }
    const ofPages = stack.use(await balancerOf(pages));
    const webLink = stack.use(lateLinks.web.to((ofPages ?? (pages[0] as Program)).port));
    const sql = postgres(pg.url, { max: 4, onnotice: () => {} });
    stack.defer(() => sql.end({ timeout: 1 }));
    const token = await makeToken(pg.url);
    const [firstClient, firstWeb] = [clients[0] as Program, pages[0] as Program];
    const emailClient = createServiceClient({
      url: firstClient.url,
      keys: [SERVICE_KEY],
      now: Date.now,
    });
    const gateway = setUp
      ? await setUpGateway(emailClient, `http://127.0.0.1:${gatewayLink.port}/email`)
      : "";
    const installation: Installation = {
      postgres: pg,
      redis,
      cluster,
      shards,
      webs: pages,
      emailClients: clients,
      gatewayMock,
      links: {
        redis: redisLink,
        web: webLink,
        gateway: gatewayLink,
        emailClient: emailClientLink,
        postgres: postgresLink,
      },
      balancers: { ...(ofPages && { web: ofPages }), ...(ofClients && { emailClient: ofClients }) },
      sql,
      emailClient,
      gateway,
      token,
      api: (method, path, body) =>
        call(`${firstWeb.url}/api/v1${path}`, method, body, { authorization: `Bearer ${token}` }),
      mock: (method, path, body) => call(`${gatewayMock.url}${path}`, method, body),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
    if (setUp) {
      await installation.api("PATCH", "/settings", {
        from_name: "Acme",
        from_email: "news@example.com",
        postal_address: "1 Example Street, Exampletown",
        retry: { attempts: 5, first_wait_s: 1, max_wait_s: 2, max_age_s: 3_600 },
      });
    }
    return installation;
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function balancerOf(programs: readonly Program[]): Promise<Balancer | undefined> {
  return programs.length > 1 ? startBalancer(programs.map(({ port }) => port)) : undefined;
}

/** A proxy whose port is known before the server it leads to. */
function lateProxy(): { port: number; to(serverPort: number): FaultProxy } {
  const proxy = new FaultProxy(0);
  return {
    port: proxy.port,
    to(serverPort) {
      proxy.serverPort = serverPort;
      return proxy;
    },
  };
}
