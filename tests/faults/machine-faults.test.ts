import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { findRedis } from "@mailwright/launcher/redis/find.ts";
import { logSize, until } from "@mailwright/testing";
import { testRun } from "@mailwright/testing/test-run.ts";
import type { Program } from "../harness/program.ts";
import { ended, launchCampaign, reached } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { expectPromiseKept } from "../system/promise.ts";
import { createClocks } from "./clocks.ts";
import { limit, UNLIMITED } from "./limits.ts";

const CONTACTS = 400;
/** What the installation calls its programs. */
const EMAIL_CLIENT = "email_client-0";
const WEB = "web-0";
const TWO_HOURS_MS = 2 * 3_600_000;

/** Has whatever `start` starts find a Redis that is told of a full disk by an error and not by a signal that ends it. */
async function withRedisThatHears<T>(start: () => Promise<T>): Promise<T> {
  const path = process.env["PATH"] ?? "";
  const { directory } = await testRun();
  const real = await findRedis(join(directory, "redis-program"), () => {});
  const libraries = real.libraryPath === undefined ? "" : `LD_LIBRARY_PATH='${real.libraryPath}' `;
  const folder = mkdtempSync(join(tmpdir(), "mailwright-redis-"));
  const wrapper = join(folder, "valkey-server");
  writeFileSync(wrapper, `#!/bin/sh\ntrap '' XFSZ\n${libraries}exec '${real.path}' "$@"\n`);
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

test("fault 24: the disk of Redis is full: attempts wait, health is still told, and all is sent when there is room", async () => {
  const redisSettings = { appendfsync: "everysec" };
  await using all = await withRedisThatHears(() => startInstallation({ redisSettings }));
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 200 });
  const campaign = await launchCampaign(all, CONTACTS);
  await reached(all, campaign, ["sent"], 50);
  limit(all.redis.pid, "fsize", logSize(all.redis) + 4_096);
  await until(() => all.emailClients[0]?.output().includes("Redis refuses to be written to"), {
    what: "the email client to say that Redis refuses",
    timeoutMs: 20_000,
  });
  const health = await fetch(`${all.emailClients[0]?.url}/livez`);
  expect(health.status).toBe(200);
  expect(await acceptedBy(all)).toBeLessThan(CONTACTS);
  limit(all.redis.pid, "fsize", UNLIMITED);
  expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
  await expectPromiseKept(all, campaign);
});

test("fault 24: a Redis that answers only for what is on its full disk ends; once it is started where there is room, all is sent", () =>
  withRedisThatHears(async () => {
    await using all = await startInstallation();
    await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 200 });
    const campaign = await launchCampaign(all, CONTACTS);
    await reached(all, campaign, ["sent"], 50);
    limit(all.redis.pid, "fsize", logSize(all.redis) + 4_096);
    await all.redis.exited;
    expect((await fetch(`${all.emailClients[0]?.url}/livez`)).status).toBe(200);
    await all.redis.restart();
    const { counts } = await ended(all, campaign);
    // What was under way when it ended may have arrived.
    expect((counts["sent"] ?? 0) + (counts["uncertain"] ?? 0)).toBe(CONTACTS);
    await expectPromiseKept(all, campaign);
  }));

test("fault 24: web has no file descriptors left: whoever is connected is told so, reports wait, and it goes on by itself when it has", async () => {
  await using all = await startInstallation();
  const { pid, url } = all.webs[0] as Program;
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 100 });
  const campaign = await launchCampaign(all, CONTACTS);
  await reached(all, campaign, ["sent"], 20);
  // This connection stays open, and is taken again by what is asked next.
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  // Fewer than it has open already: it may keep those, and gets no more.
  limit(pid, "nofile", 5);
  for (const link of [all.links.web, all.links.postgres]) {
    link.set({ mode: "reset" });
    link.heal();
  }
  const refused = await fetch(`${url}/api/v1/contacts`, {
    headers: { authorization: `Bearer ${all.token}` },
  });
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ title: "The database does not answer" });
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  const connecting = fetch(`${url}/readyz`, { keepalive: false });
  await until(() => all.emailClients[0]?.output().includes("web did not take the reports"), {
    what: "reports to find no web",
    timeoutMs: 30_000,
  });
  expect(Bun.peek.status(connecting)).toBe("pending");
  limit(pid, "nofile", 4_096);
  expect((await connecting).status).toBe(200);
  expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
  expect(all.webs[0]?.pid).toBe(pid);
  await expectPromiseKept(all, campaign);
});

async function acceptedBy({ mock }: Installation): Promise<number> {
  return (await mock<{ accepted: number }>("GET", "/ledger/summary")).accepted;
}

describe("of the programs", () => {
  const stack = new AsyncDisposableStack();
  const clocks = stack.use(createClocks());
  let all: Installation;
  beforeAll(async () => {
    all = stack.use(await startInstallation({ envOf: (program) => clocks.envOf(program) }));
  });
  afterAll(() => stack.disposeAsync());

  test("fault 24: the email client has no file descriptors left: no attempt begins, and all are sent when it has", async () => {
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

  test("fault 23: clocks jump by two hours: what is signed by a wrong one is refused in words, and no email is lost, early or hours late", async () => {
    const [emailClient] = all.emailClients;
    const { pid } = emailClient ?? {};
    await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 100 });
    // Every fifth has to wait for its retry, by whatever clock.
    const answers = Array.from({ length: CONTACTS / 5 }, () => [
      { times: 4 },
      { status: 503 },
    ]).flat();
    await all.mock("PUT", "/script", answers);
    const before = await acceptedBy(all);
    const campaign = await launchCampaign(all, CONTACTS);
    await reached(all, campaign, ["sent"], 30);
    clocks.shift(EMAIL_CLIENT, TWO_HOURS_MS);
    clocks.shift(WEB, -TWO_HOURS_MS);
    await until(() => emailClient?.output().includes("401: "), {
      what: "a call with a wrong time to be refused",
      timeoutMs: 20_000,
    });
    clocks.shift(EMAIL_CLIENT, -TWO_HOURS_MS);
    const enough = Math.min(before + CONTACTS, (await acceptedBy(all)) + 100);
    await until(async () => (await acceptedBy(all)) >= enough, {
      what: "emails to be sent by a clock that was set back",
      timeoutMs: 20_000,
    });
    clocks.shift(EMAIL_CLIENT, 0);
    clocks.shift(WEB, 0);
    expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
    const [row] = await all.sql`
    SELECT count(*) FILTER (WHERE event = 'DUE')::int AS retries, min(waited) AS shortest, max(waited) AS longest
    FROM (
      SELECT e.event, extract(epoch FROM e.at - lag(e.at) OVER (PARTITION BY email_id ORDER BY e.seq))::float8 AS waited
      FROM email_event e JOIN email ON email.id = email_id WHERE campaign_id = ${campaign} AND e.seq > 0
    ) AS step WHERE event = 'DUE'`;
    expect(row?.["retries"]).toBeGreaterThan(0);
    // The first wait is a second with jitter, a tenth of it at the least.
    expect(row?.["shortest"]).toBeGreaterThanOrEqual(0.1);
    expect(row?.["longest"]).toBeLessThan(60);
    expect(emailClient?.pid).toBe(pid ?? 0);
    await expectPromiseKept(all, campaign);
  });
});
