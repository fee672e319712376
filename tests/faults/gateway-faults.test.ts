import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FaultMode, until } from "@mailwright/testing";
import { ended, launchCampaign, reached } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { expectPromiseKept } from "../system/promise.ts";
import { EXPIRED } from "./expired.ts";
import { breachesOfPrograms } from "./programs.ts";

const AT_ONCE = 8;
const DEADLINE_MS = 1_500;
const DAY_MS = 24 * 3_600_000;

const stack = new AsyncDisposableStack();
let all: Installation;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "mailwright-authority-"));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const authority = join(folder, "authority.pem");
  writeFileSync(authority, EXPIRED.authority);
  all = stack.use(
    await startInstallation({
      emailClientEnv: {
        SEND_CONCURRENCY: String(AT_ONCE),
        ATTEMPT_DEADLINE_MS: String(DEADLINE_MS),
        NODE_EXTRA_CA_CERTS: authority,
      },
    }),
  );
});
afterAll(() => stack.disposeAsync());

const script = (...answers: object[]) => all.mock("PUT", "/script", answers);

interface Summary {
  accepted: number;
  answers: Record<string, number>;
}
const summary = () => all.mock<Summary>("GET", "/ledger/summary");

/** When the gateway accepted emails after the first `skip`, in milliseconds since 1970. */
async function acceptedAt(skip: number): Promise<number[]> {
  const page = await all.mock<{ items: { at: string }[] }>(
    "GET",
    `/ledger?limit=1000&after=${skip}`,
  );
  return page.items.map(({ at }) => Date.parse(at));
}

/** Changes the gateway's settings, which also gives it a breaker that knows nothing. */
async function changeGateway(change: object): Promise<void> {
  await all.api("PATCH", `/gateways/${all.gateway}`, change);
}

/** Ends a campaign whose emails all come to be sent. */
async function allSent(campaign: string, emails: number): Promise<void> {
  expect((await ended(all, campaign)).counts).toEqual({ sent: emails });
  await expectPromiseKept(all, campaign);
}

test.each([
  ["seconds", () => 2],
  // Dates have whole seconds.
  ["a date", () => new Date(Date.now() + 3_000).toUTCString()],
])(
  "fault 17: the gateway answers 429 with Retry-After in %s, and is left alone by all for as long",
  async (_form, retryAfter) => {
    const { accepted } = await summary();
    await script({ status: 429, retry_after: retryAfter() });
    const campaign = await launchCampaign(all, 60);
    await reached(all, campaign, ["retrying"]);
    const [throttled] = await all.sql`
      SELECT extract(epoch FROM e.at) * 1000 AS at, extract(epoch FROM e.due_at) * 1000 AS due FROM email_event e
      JOIN email ON email.id = email_id WHERE campaign_id = ${campaign} AND event = 'THROTTLED'`;
    const [at, due] = [Number(throttled?.["at"]), Number(throttled?.["due"])];
    expect(due - at).toBeGreaterThanOrEqual(1_990);
    await allSent(campaign, 60);
    // What was under way when the gateway asked for time is answered within moments.
    const times = await acceptedAt(accepted);
    expect(times.filter((time) => time > at + 500 && time < at + 1_990)).toEqual([]);
    expect(times.filter((time) => time > at + 1_990).length).toBeGreaterThanOrEqual(60 - AT_ONCE);
  },
);

test("fault 17: a Retry-After that is absurd is believed for a day at most, and cancelling does not wait for it", async () => {
  await script({ status: 429, retry_after: 999_999_999_999, times: 100 });
  const campaign = await launchCampaign(all, 20);
  await reached(all, campaign, ["retrying"]);
  await all.api("POST", `/campaigns/${campaign}/cancel`);
  const { state, counts } = await ended(all, campaign, 20_000);
  expect([state, counts["cancelled"]]).toEqual(["cancelled", 20]);
  const [row] = await all.sql`
    SELECT max(extract(epoch FROM e.due_at - e.at) * 1000) AS longest FROM email_event e
    JOIN email ON email.id = email_id WHERE campaign_id = ${campaign}`;
  expect(Number(row?.["longest"])).toBeLessThanOrEqual(DAY_MS + 1_000);
  await all.mock("DELETE", "/script");
  await changeGateway({ password: "hunter3" });
  await expectPromiseKept(all, campaign);
});

test("fault 18: a storm of 5xx opens the breaker, a probe at a time asks whether it is over, and retries come spread", async () => {
  const before = (await summary()).answers["503"] ?? 0;
  await script({ status: 503, times: 100_000 });
  // A gateway that was slowed down before takes seconds to refuse fifty times, and nobody is to run out of attempts.
  await all.api("PATCH", "/settings", { retry: { attempts: 20 } });
  const campaign = await launchCampaign(all, 200);
  await all.api("PATCH", "/settings", { retry: { attempts: 5 } });
  const breaker = async () =>
    (await all.api<{ breaker: string }>("GET", `/gateways/${all.gateway}`)).breaker;
  await until(async () => (await breaker()) === "open", {
    what: "the breaker to open",
    timeoutMs: 90_000,
  });
  const refused = async () => ((await summary()).answers["503"] ?? 0) - before;
  const atOpening = await refused();
  // The first probe goes out after a second, the next two seconds later.
  await until(async () => (await refused()) >= atOpening + 2, {
    what: "two probes",
    timeoutMs: 90_000,
  });
  // 50 in a row open it; what was under way then comes on top.
  expect(await refused()).toBeLessThanOrEqual(50 + 2 * AT_ONCE + 3);
  await all.mock("DELETE", "/script");
  await allSent(campaign, 200);
  expect(await breaker()).toBe("closed");
  const [row] = await all.sql`
    SELECT count(*)::int AS retries, count(DISTINCT e.due_at - e.at)::int AS waits FROM email_event e
    JOIN email ON email.id = email_id WHERE campaign_id = ${campaign} AND e.state = 'retrying'`;
  expect(row?.["waits"]).toBeGreaterThan((row?.["retries"] as number) / 2);
});

test("fault 19: the gateway drips its answer: the deadline ends that, and the slots come back", async () => {
  await script({ status: 202, drip_ms: 1_000, times: AT_ONCE });
  const campaign = await launchCampaign(all, 40);
  expect((await ended(all, campaign)).counts).toEqual({ sent: 40 - AT_ONCE, uncertain: AT_ONCE });
  await expectPromiseKept(all, campaign);
});

test.each<[how: string, modes: FaultMode[]]>([
  ["black-holed", ["blackhole"]],
  // What is open goes on when new connections are half-open, so it is ended first.
  ["half-open", ["reset", "half_open"]],
])(
  "fault 19: nothing passes on the way to the gateway, which is %s: the deadline ends that, and the slots come back",
  async (_how, modes) => {
    await changeGateway({ rate_per_second: 100 });
    const campaign = await launchCampaign(all, 200);
    await reached(all, campaign, ["sent"], 10);
    for (const mode of modes) all.links.gateway.set({ mode });
    await reached(all, campaign, ["resolving", "uncertain"], AT_ONCE);
    all.links.gateway.heal();
    await changeGateway({ rate_per_second: null });
    const { counts } = await ended(all, campaign);
    expect(counts["uncertain"]).toBeGreaterThanOrEqual(AT_ONCE);
    expect((counts["sent"] ?? 0) + (counts["uncertain"] ?? 0)).toBe(200);
    await expectPromiseKept(all, campaign);
  },
);

test("fault 19: the gateway's name is unknown, or its certificate has run out: nothing leaves, and all is sent when that is mended", async () => {
  let asked = 0;
  await using expired = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: EXPIRED,
    fetch: () => Response.json({ message_id: String(++asked) }, { status: 202 }),
  });
  const address = `http://127.0.0.1:${all.links.gateway.port}/email`;
  const reasons: string[] = [];
  for (const url of ["http://gateway.internal/email", `https://localhost:${expired.port}/email`]) {
    await changeGateway({ url, password: "hunter3" });
    const campaign = await launchCampaign(all, 20);
    await reached(all, campaign, ["retrying"], AT_ONCE);
    const [row] = await all.sql`
      SELECT error_code, error_detail FROM email WHERE campaign_id = ${campaign} AND state = 'retrying' LIMIT 1`;
    reasons.push(`${row?.["error_code"]}: ${row?.["error_detail"]}`);
    await changeGateway({ url: address, password: "hunter3" });
    await allSent(campaign, 20);
  }
  expect(reasons[0]).toStartWith("unavailable: The gateway cannot be reached");
  expect(reasons[1]).toBe("unavailable: The gateway cannot be reached (CERT_HAS_EXPIRED).");
  expect(asked).toBe(0);
});

test("fault 20: the gateway accepts and falls silent: exactly those emails are uncertain, and none is sent twice", async () => {
  const { accepted } = await summary();
  await script({ hang: "after", times: 3 }, { cut: "after", times: 2 });
  const campaign = await launchCampaign(all, 40);
  expect((await ended(all, campaign)).counts).toEqual({ sent: 35, uncertain: 5 });
  expect((await summary()).accepted - accepted).toBe(40);
  await expectPromiseKept(all, campaign);
});

test("fault 21: answers that make no sense are told as what they are, and none of them ends or bloats the email client", async () => {
  const { pid } = all.emailClients[0] as { pid: number };
  const html = "text/html";
  await script(
    { status: 202, body: "", times: 2 },
    { status: 202, body: "<h1>Welcome</h1>", content_type: html, times: 2 },
    { status: 202, body_bytes: 10_000_000, times: 2 },
    { status: 202, body: { message_id: { not: "an id" } }, times: 2 },
    { status: 200, body: "", times: 2 },
    { status: 400, body: "<h1>No</h1>", content_type: html, times: 2 },
    { status: 500, body: "null", times: 2 },
  );
  const campaign = await launchCampaign(all, 40);
  expect((await ended(all, campaign)).counts).toEqual({ sent: 28, uncertain: 10, failed: 2 });
  expect(all.emailClients[0]?.pid).toBe(pid);
  await until(async () => (await breachesOfPrograms(all)).length === 0, {
    what: "nothing to be left in the journal",
  });
  await expectPromiseKept(all, campaign);
});
