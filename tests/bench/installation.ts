import { mkdtempSync, chmodSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { freePort } from "@mailwright/launcher/ports.ts";
import { startPostgres } from "@mailwright/launcher/postgres/server.ts";
import { startRedis } from "@mailwright/launcher/redis/server.ts";
import { createServiceClient } from "@mailwright/protocol";
import { migrateDatabase } from "@mailwright/testing";
import { call, KEYS, makeToken, SERVICE_KEY, setUpGateway } from "../harness/access.ts";
import { type Program, startProgram } from "../harness/program.ts";

/** An installation as `bun start` makes one: the same servers with the same settings, every write as durable. */
export interface BenchInstallation extends AsyncDisposable {
  sql: postgres.Sql;
  redisUrl: string;
  web: Program;
  emailClient: Program;
  gatewayMock: Program;
  /** The processes by the name of what they are. */
  pids(): Record<"web" | "email_client" | "gateway_mock" | "postgres" | "redis", number>;
  token: string;
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
}

export async function startBenchInstallation(): Promise<BenchInstallation> {
  const stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), "mailwright-bench-"));
  chmodSync(dataDir, 0o711);
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  try {
    const database = stack.use(await startPostgres({ dataDir, password: "bench" }));
    await migrateDatabase(database.url);
    const redis = stack.use(await startRedis({ dataDir, password: "bench" }));
    const gatewayMock = stack.use(
      await startProgram("gateway_mock", { MOCK_WEIGHTS: "202=1", LOG_LEVEL: "warn" }),
    );
    // Each service names the other, so web's port is found before it starts.
    const webPort = freePort();
    const shared = { SERVICE_KEYS: KEYS, CREDENTIALS_KEYS: KEYS, LOG_LEVEL: "warn" };
    const emailClient = stack.use(
      await startProgram("email_client", {
        ...shared,
        REDIS_URL: redis.url,
        WEB_URL: `http://127.0.0.1:${webPort}`,
        PRIVATE_GATEWAYS: "allow",
      }),
    );
    const web = stack.use(
      await startProgram(
        "web",
        {
          ...shared,
          DATABASE_URL: database.url,
          EMAIL_CLIENT_URL: emailClient.url,
          WEB_URL: "http://localhost:5050",
        },
        webPort,
      ),
    );
    const sql = postgres(database.url, { max: 2, onnotice: () => {} });
    stack.defer(() => sql.end({ timeout: 1 }));
    const token = await makeToken(database.url);
    const client = createServiceClient({
      url: emailClient.url,
      keys: [SERVICE_KEY],
      now: Date.now,
    });
    await setUpGateway(client, `${gatewayMock.url}/email`);
    const api: BenchInstallation["api"] = (method, path, body) =>
      call(`${web.url}/api/v1${path}`, method, body, { authorization: `Bearer ${token}` });
    await api("PATCH", "/settings", {
      from_name: "Acme",
      from_email: "news@example.com",
      postal_address: "1 Example Street, Exampletown",
    });
    return {
      sql,
      redisUrl: redis.url,
      web,
      emailClient,
      gatewayMock,
      pids: () => ({
        web: web.pid,
        email_client: emailClient.pid,
        gateway_mock: gatewayMock.pid,
        postgres: database.pid,
        redis: redis.pid,
      }),
      token,
      api,
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
