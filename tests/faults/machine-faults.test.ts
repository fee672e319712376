import { expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { until } from "@mailwright/testing";
import { ended, launchCampaign, reached } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { expectPromiseKept } from "../system/promise.ts";

const CONTACTS = 400;
const UNLIMITED = "unlimited";

/** Sets what a running process may have of something, by the program that Linux has for it. */
function limit(pid: number, what: "fsize" | "nofile", most: number | typeof UNLIMITED): void {
  const run = Bun.spawnSync(["prlimit", `--pid=${pid}`, `--${what}=${most}:`]);
  if (!run.success) throw new Error(`prlimit said: ${run.stderr.toString()}`);
}

/** The largest file of the log that Redis appends to, in bytes. */
function logSize({ redis }: Installation): number {
  const folder = join(redis.directory, "appendonlydir");
  return Math.max(...readdirSync(folder).map((name) => statSync(join(folder, name)).size));
}

/** Has whatever `start` starts find a Redis that is told of a full disk by an error and not by a signal that ends it. */
async function withRedisThatHears<T>(start: () => Promise<T>): Promise<T> {
  const path = process.env["PATH"] ?? "";
  const program = Bun.which("valkey-server") ?? Bun.which("redis-server");
  if (program === null) throw new Error("there is no Redis to be found");
  const folder = mkdtempSync(join(tmpdir(), "mailwright-redis-"));
  const wrapper = join(folder, "valkey-server");
  writeFileSync(wrapper, `#!/bin/sh\ntrap '' XFSZ\nexec '${program}' "$@"\n`);
  chmodSync(wrapper, 0o755);
  chmodSync(folder, 0o755);
  process.env["PATH"] = `${folder}${delimiter}${path}`;
  try {
    return await start();
  } finally {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  }
}

test("fault 24: the disk of Redis is full: nothing new is taken, health is still told, and all is sent when there is room", async () => {
  await using all = await withRedisThatHears(() => startInstallation());
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 200 });
  const campaign = await launchCampaign(all, CONTACTS);
  await reached(all, campaign, ["sent"], 50);
  limit(all.redis.pid, "fsize", logSize(all) + 4_096);
  await until(() => all.emailClients[0]?.output().includes("Redis refuses to be written to"), {
    what: "the email client to say that Redis refuses",
    timeoutMs: 20_000,
  });
  const health = await fetch(`${all.emailClients[0]?.url}/livez`);
  expect(health.status).toBe(200);
  const accepted = async () =>
    (await all.mock<{ accepted: number }>("GET", "/ledger/summary")).accepted;
  const whileFull = await accepted();
  expect(whileFull).toBeLessThan(CONTACTS);
  limit(all.redis.pid, "fsize", UNLIMITED);
  expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
  await expectPromiseKept(all, campaign);
});

test("fault 24: the email client has no file descriptors left: no attempt begins, and all are sent when it has", async () => {
  await using all = await startInstallation();
  const { pid = 0, url } = all.emailClients[0] ?? {};
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 100 });
  const campaign = await launchCampaign(all, CONTACTS);
  await reached(all, campaign, ["sent"], 20);
  // Fewer than it has open already: it may keep those, and gets no more.
  limit(pid, "nofile", 5);
  all.links.gateway.set({ mode: "reset" });
  all.links.gateway.heal();
  await reached(all, campaign, ["retrying"], 10);
  const [row] = await all.sql`
    SELECT error_code FROM email WHERE campaign_id = ${campaign} AND state = 'retrying' LIMIT 1`;
  expect(row?.["error_code"]).toBe("unavailable");
  limit(pid, "nofile", 4_096);
  const { counts } = await ended(all, campaign);
  // What was under way when its connection was reset may have arrived.
  expect((counts["sent"] ?? 0) + (counts["uncertain"] ?? 0)).toBe(CONTACTS);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  await expectPromiseKept(all, campaign);
});
