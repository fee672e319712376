import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "@mailwright/testing";
import { Redis } from "ioredis";
import postgres from "postgres";
import { allGone, launched } from "../fixtures/launched.ts";
import { freePort } from "./ports.ts";

// Each starts real servers and apps, some of them twice.
setDefaultTimeout(120_000);

const folders: string[] = [];
function dataDirectory(): string {
  const folder = mkdtempSync(join(tmpdir(), "mailwright-launch-"));
  // As `mkdir` would have made it: mkdtemp makes a folder that nobody else may enter.
  chmodSync(folder, 0o755);
  folders.push(folder);
  return join(folder, "data");
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const PARTS = ["email_client", "gateway_mock", "launcher", "postgres", "redis", "web"];

test("a first start makes everything, Ctrl-C leaves nothing running, a second start finds the data", async () => {
  const dataDir = dataDirectory();
  let secrets: string[];
  {
    await using launcher = launched({ dataDir });
    await launcher.ready();
    expect(launcher.output).toMatch(
      /what was sent +http:\/\/localhost:\d+, by the stand-in gateway\n +data +\S+\n/,
    );
    const pids = launcher.pids();
    expect(Object.keys(pids).toSorted()).toEqual(PARTS);
    const env = await launcher.envOf("web");
    secrets = [env["SERVICE_KEYS"] ?? "", env["CREDENTIALS_KEYS"] ?? ""];
    const published = join(dataDir, "run", "environment.json");
    expect(env).toMatchObject(JSON.parse(readFileSync(published, "utf8")) as object);
    expect(statSync(published).mode & 0o777).toBe(0o600);
    const redis = new Redis(env["REDIS_URL"] ?? "");
    await redis.set("kept", "yes");
    expect(await redis.config("GET", "maxmemory-policy")).toEqual([
      "maxmemory-policy",
      "noeviction",
    ]);
    redis.disconnect();
    launcher.kill("SIGINT");
    expect(await launcher.exitCode).toBe(0);
    expect(launcher.output.match(/said goodbye/g)?.length).toBe(3);
    await allGone(pids);
    expect(readdirSync(join(dataDir, "run"))).toEqual(["lock"]);
  }
  await using launcher = launched({ dataDir });
  await launcher.ready();
  const env = await launcher.envOf("email_client");
  expect([env["SERVICE_KEYS"], env["CREDENTIALS_KEYS"]]).toEqual(secrets);
  const redis = new Redis(env["REDIS_URL"] ?? "");
  expect(await redis.get("kept")).toBe("yes");
  redis.disconnect();
  const sql = postgres(env["DATABASE_URL"] ?? "", { max: 1 });
  expect(await sql`select count(*)::int as starts from started`).toMatchObject([{ starts: 2 }]);
  await sql.end();
});

test("what is killed is started again: an app on its port, Postgres and Redis on their data", async () => {
  await using launcher = launched({ dataDir: dataDirectory() });
  await launcher.ready();
  const before = launcher.pids();
  const env = await launcher.envOf("web");
  const names = ["web", "postgres", "redis"];
  for (const name of names) process.kill(before[name] ?? 0, "SIGKILL");
  await until(() => names.every((name) => launcher.pids()[name] !== before[name]), {
    what: "new processes",
    timeoutMs: 30_000,
  });
  const sql = postgres(env["DATABASE_URL"] ?? "", { max: 1 });
  await until(() => sql`select from started`, { what: "Postgres", timeoutMs: 30_000 });
  await sql.end();
  const redis = new Redis(env["REDIS_URL"] ?? "");
  expect(await redis.ping()).toBe("PONG");
  redis.disconnect();
  const again = await until(() => launcher.envOf("web"), { what: "web", timeoutMs: 30_000 });
  expect(again["DATABASE_URL"]).toBe(env["DATABASE_URL"] ?? "");
  expect(launcher.output).toMatch(/web ended by SIGKILL; starting it again in 0.5 s/);
});

test("a launcher that is killed leaves nothing running, and the next one finds everything in order", async () => {
  const dataDir = dataDirectory();
  const killed = launched({ dataDir });
  await killed.ready();
  const pids = killed.pids();
  killed.kill("SIGKILL");
  await allGone(pids);
  await using next = launched({ dataDir });
  await next.ready();
});

test("two launchers never run on one data directory", async () => {
  const dataDir = dataDirectory();
  await using first = launched({ dataDir });
  await first.ready();
  await using second = launched({ dataDir });
  expect(await second.exitCode).toBe(1);
  expect(second.output).toContain(
    `Mailwright is running on ${dataDir} already (process ${first.pids()["launcher"]}).`,
  );
});

test("a port that is taken is told with the variable that changes it, and nothing is left running", async () => {
  const dataDir = dataDirectory();
  using other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const env = { WEB_PORT: String(other.port), GATEWAY_MOCK_PORT: String(other.port) };
  await using launcher = launched({ dataDir, env });
  expect(await launcher.exitCode).toBe(1);
  for (const [name, variable] of [
    ["web", "WEB_PORT"],
    ["gateway_mock", "GATEWAY_MOCK_PORT"],
  ]) {
    expect(launcher.output).toContain(
      `Port ${other.port}, which ${name} is to use, is taken by another program. Stop that one, or set ${variable} to another port.`,
    );
  }
  expect(readdirSync(join(dataDir, "run"))).toEqual(["lock"]);
});

test("an app that ends before it was ready ends the start, with its own words above the sentence", async () => {
  const dataDir = dataDirectory();
  await using launcher = launched({ dataDir, web: "failing-app.ts" });
  expect(await launcher.exitCode).toBe(1);
  expect(launcher.output).toMatch(
    /web {10}\| there is no sense in this configuration[^]*web ended with code 3 before it was ready/,
  );
  expect(readdirSync(join(dataDir, "run"))).toEqual(["lock"]);
});

test("with URLs of one's own no server is started, and a stand-in for the internet is told no secret", async () => {
  const dataDir = dataDirectory();
  await using databases = launched({ dataDir });
  await databases.ready();
  const given = await databases.envOf("web");
  const urls = {
    DATABASE_URL: given["DATABASE_URL"] ?? "",
    REDIS_URL: given["REDIS_URL"] ?? "",
  };
  const key = `mine:${Buffer.alloc(32, 1).toString("base64")}`;
  const env = { SERVICE_KEYS: key, HAPPY: "yes" };
  const second = dataDirectory();
  await using launcher = launched({ dataDir: second, env: { ...urls, ...env } });
  await launcher.ready();
  expect(Object.keys(launcher.pids()).toSorted()).toEqual(
    PARTS.filter((name) => name !== "postgres" && name !== "redis"),
  );
  expect(existsSync(join(second, "postgres"))).toBe(false);
  expect(await launcher.envOf("web")).toMatchObject({ ...urls, ...env, DATA_DIR: second });
  const mock = await databases.envOf("gateway_mock");
  const secret = ["DATABASE_URL", "REDIS_URL", "SERVICE_KEYS", "CREDENTIALS_KEYS"];
  expect(secret.filter((name) => name in mock)).toEqual([]);
});

test("a start that is given up half-way leaves nothing running", async () => {
  const dataDir = dataDirectory();
  await using launcher = launched({ dataDir });
  const pids = await until(
    () => {
      const found = launcher.pids();
      return "postgres" in found && found;
    },
    { what: "Postgres to run", timeoutMs: 30_000, everyMs: 1 },
  );
  launcher.kill("SIGTERM");
  expect(await launcher.exitCode).toBe(0);
  await allGone(pids);
  expect(launcher.output).not.toContain("is ready");
  expect(readdirSync(join(dataDir, "run"))).toEqual(["lock"]);
});

test("a fault of the environment is a sentence, not a stack", async () => {
  const port = String(freePort());
  await using launcher = launched({ dataDir: dataDirectory(), env: { WEB_PORT: "x", PORT: port } });
  expect(await launcher.exitCode).toBe(1);
  expect(launcher.output).toBe(
    '\nThe configuration has a fault:\n  WEB_PORT is "x": it must be a whole number from 1 to 65535\n',
  );
});
