import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { startRedis } from "./server.ts";

// One of them waits for a package mirror.
setDefaultTimeout(120_000);

function folder() {
  const path = mkdtempSync(join(tmpdir(), "mailwright-redis-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A PATH on which these programs are, of those that the system has, and nothing else. */
function pathWith(directory: string, programs: string[]): string {
  const path = join(directory, "bin");
  mkdirSync(path);
  for (const name of programs) {
    const program = Bun.which(name);
    if (program) symlinkSync(program, join(path, name));
  }
  return path;
}

async function policyOf(url: string): Promise<unknown> {
  const redis = new Redis(url);
  try {
    return [
      ...((await redis.config("GET", "appendonly")) as string[]),
      ...((await redis.config("GET", "appendfsync")) as string[]),
      ...((await redis.config("GET", "maxmemory-policy")) as string[]),
      ...((await redis.config("GET", "bind")) as string[]),
    ];
  } finally {
    redis.disconnect();
  }
}

const DURABLE = [
  "appendonly",
  "yes",
  "appendfsync",
  "always",
  "maxmemory-policy",
  "noeviction",
  "bind",
  "127.0.0.1",
];

test("in a folder with an awkward name and with an awkward password, it runs, durable and on loopback", async () => {
  using home = folder();
  const dataDir = join(home.path, 'my "data" \\ é');
  mkdirSync(dataDir);
  await using server = await startRedis({ dataDir, password: 'p"a \\s@/' });
  expect(await policyOf(server.url)).toEqual(DURABLE);
  expect(server.directory).toBe(join(realpathSync(dataDir), "redis"));
});

test("where none is installed, a copy is fetched as packages, and found again without asking anybody", async () => {
  using home = folder();
  const said: string[] = [];
  const path = pathWith(home.path, ["apt-get", "dpkg-deb"]);
  const options = {
    dataDir: home.path,
    password: "p",
    path,
    say: (line: string) => said.push(line),
  };
  {
    await using server = await startRedis(options);
    expect(await policyOf(server.url)).toEqual(DURABLE);
  }
  await using _again = await startRedis({ ...options, path: "/nowhere" });
  expect(said).toEqual([
    "Redis is not installed: fetching a copy of its own with apt-get download",
  ]);
});

test("where none can be had, one sentence names the package", async () => {
  using home = folder();
  const path = pathWith(home.path, []);
  await expect(startRedis({ dataDir: home.path, password: "p", path })).rejects.toThrow(
    "Redis is needed and not installed. Install the package redis-server or valkey-server",
  );
});

test("a log of commands that is damaged is told in Redis's words", async () => {
  using home = folder();
  const options = { dataDir: home.path, password: "p" };
  const first = await startRedis(options);
  await first[Symbol.asyncDispose]();
  writeFileSync(join(first.directory, "appendonlydir", "appendonly.aof.manifest"), "nonsense\n");
  await expect(startRedis(options)).rejects.toThrow(
    /Redis ended with code 1 .*It said\n[^]*manifest/,
  );
});
