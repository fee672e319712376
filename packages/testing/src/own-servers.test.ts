import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { isAlive } from "@mailwright/launcher/process-table.ts";
import { Redis } from "ioredis";
import postgres from "postgres";
import { ownPostgres, ownRedis } from "./own-servers.ts";

test("a Postgres of one's own keeps what it committed when it is killed, at the same URL", async () => {
  let pid: number;
  let directory: string;
  {
    await using server = await ownPostgres({ migrated: false });
    const { url } = server;
    const firstPid = server.pid;
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    await sql`create table kept as select 7 as number`;
    await server.kill();
    expect({ alive: isAlive(firstPid), end: await server.exited }).toEqual({
      alive: false,
      end: { code: null, signal: "SIGKILL" },
    });
    await server.restart();
    expect([...(await sql`select number from kept`)]).toEqual([{ number: 7 }]);
    await sql.end();
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(firstPid);
    ({ pid, directory } = server);
  }
  expect({ alive: isAlive(pid), data: existsSync(directory) }).toEqual({
    alive: false,
    data: false,
  });
});

test("a Redis of one's own keeps what it acknowledged when it is killed, at the same URL", async () => {
  await using server = await ownRedis({ "maxmemory-policy": "allkeys-lru" });
  const redis = new Redis(server.url, { retryStrategy: () => 10 });
  redis.on("error", () => {});
  await redis.set("kept", "7");
  await server.restart();
  expect(await redis.get("kept")).toBe("7");
  expect(await redis.config("GET", "appendonly")).toEqual(["appendonly", "yes"]);
  expect(await redis.config("GET", "maxmemory-policy")).toEqual([
    "maxmemory-policy",
    "allkeys-lru",
  ]);
  redis.disconnect();
});
