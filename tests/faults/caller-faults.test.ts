import { afterAll, beforeAll, expect, test } from "bun:test";
import { until } from "@mailwright/testing";
import { acceptances, ended, launchCampaign, reached, standingOf } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { expectPromiseKept } from "../system/promise.ts";

const AT_ONCE = 4;

const stack = new AsyncDisposableStack();
let all: Installation;

beforeAll(async () => {
  const emailClientEnv = { SEND_CONCURRENCY: String(AT_ONCE) };
  all = stack.use(await startInstallation({ webs: 2, emailClients: 2, emailClientEnv }));
});
afterAll(() => stack.disposeAsync());

interface Made {
  id: string;
}

/** A call to the API of one of the webs, answered by its status and its body. */
async function ask(web: number, method: string, path: string, body?: object, key?: string) {
  const response = await fetch(`${all.webs[web]?.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${all.token}`,
      "content-type": "application/json",
      ...(key !== undefined && { "idempotency-key": key }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Made };
}

/** Whether an acceptance came with the credentials that the gateway was given later. */
const withNew = ({ username }: { username: string }) => username === "rotated";

/** A segment of contacts with these attributes; their addresses begin with their number. */
async function segmentOf(attributes: object[]): Promise<string> {
  const { id } = await all.api<Made>("POST", "/segments", { name: crypto.randomUUID() });
  for (const [n, each] of attributes.entries()) {
    const email = `${n}-${crypto.randomUUID().slice(0, 8)}@example.com`;
    const contact = await all.api<Made>("POST", "/contacts", { email, attributes: each });
    await all.api("PUT", `/segments/${id}/contacts/${contact.id}`);
  }
  return id;
}

test("fault 16: a campaign that is made and launched many times at once, at two webs, is one campaign and one run of it", async () => {
  const segment = await segmentOf(Array.from({ length: 20 }, () => ({})));
  const content = { name: "News", subject: "Hello", kind: "text", body: "Hello" };
  const template = await all.api<Made>("POST", "/templates", content);
  const draft = { name: "Once", template_id: template.id, segment_ids: [segment] };
  const key = crypto.randomUUID();
  const times = Array.from({ length: 10 }, (_, n) => n);
  const made = await Promise.all(times.map((n) => ask(n % 2, "POST", "/campaigns", draft, key)));
  const ids = new Set(made.filter(({ status }) => status === 201).map(({ body }) => body.id));
  expect(ids.size).toBe(1);
  // Who comes while the first is still at it is told to ask again.
  expect(made.every(({ status }) => status === 201 || status === 409)).toBe(true);
  expect((await all.sql`SELECT id FROM campaign WHERE name = 'Once'`).length).toBe(1);

  const [campaign = ""] = ids;
  const launched = await Promise.all(
    times.map((n) => ask(n % 2, "POST", `/campaigns/${campaign}/launch`)),
  );
  expect(launched.filter(({ status }) => status === 202).length).toBe(1);
  expect(launched.filter(({ status }) => status === 409).length).toBe(times.length - 1);
  expect(await ended(all, campaign)).toMatchObject({ audience: 20, counts: { sent: 20 } });
  const [row] =
    await all.sql`SELECT count(*)::int AS n, max(run)::int AS run FROM email WHERE campaign_id = ${campaign}`;
  expect([row?.["n"], row?.["run"]]).toEqual([20, 1]);
  await expectPromiseKept(all, campaign);
});

test("fault 22: contacts that poison a template fail for good, each with its reason, and their neighbours are sent", async () => {
  const fine = { times: 3, word: "Ann" };
  const segment = await segmentOf([
    fine,
    { times: 100_000_000 },
    { times: null, word: null },
    { times: 2, word: "a\u202e\u{1f600}\ufffd\r\nBcc: everybody@example.com" },
    { times: 2, word: "x".repeat(1_000) },
    { times: 9_999_999, word: "{{ contact.first_name }}{% raw %}" },
    fine,
  ]);
  const template = await all.api<Made>("POST", "/templates", {
    name: "Poison",
    kind: "html",
    subject: "For {{ contact.word }}",
    body: "<p>{% for i in (1..contact.times) %}{{ contact.word }} {% endfor %}</p>",
  });
  const campaign = await all.api<Made>("POST", "/campaigns", {
    name: "Poison",
    template_id: template.id,
    segment_ids: [segment],
  });
  await all.api("POST", `/campaigns/${campaign.id}/launch`);
  expect((await ended(all, campaign.id)).counts).toEqual({ sent: 5, failed: 2 });
  const failed = await all.sql`
    SELECT left(address, 1) AS contact, error_code, attempt FROM email
    WHERE campaign_id = ${campaign.id} AND state = 'failed' ORDER BY 1`;
  expect([...failed]).toEqual([
    { contact: "1", error_code: "unrenderable", attempt: 1 },
    { contact: "5", error_code: "unrenderable", attempt: 1 },
  ]);
  await expectPromiseKept(all, campaign.id);
});

test("fault 25: a pause holds from its answer on, who unsubscribes before being handed over is not mailed, new credentials count within half a second, and cancelling is exact", async () => {
  const contacts = 400;
  await all.mock("PUT", "/script", [{ delay_ms: 20, status: 202, times: 100_000 }]);
  // Nothing can be handed over at first.
  await all.api("GET", "/gateways");
  all.links.emailClient.set({ mode: "reset" });
  const campaign = await launchCampaign(all, contacts);
  await reached(all, campaign, ["queued"], contacts);
  const [gone] =
    await all.sql`SELECT id, address FROM email WHERE campaign_id = ${campaign} LIMIT 1`;
  await all.api("POST", "/suppressions", { email: gone?.["address"] });
  all.links.emailClient.heal();

  await reached(all, campaign, ["sent"], 30);
  await all.api("POST", `/campaigns/${campaign}/pause`);
  const accepted = async () =>
    (await all.mock<{ accepted: number }>("GET", "/ledger/summary")).accepted;
  const atPause = await accepted();
  await all.api("PATCH", `/gateways/${all.gateway}`, { username: "rotated", password: "hunter3" });
  const rotatedAt = Date.now();
  await until(
    async () => {
      const { counts } = await standingOf(all, campaign);
      return counts["sending"] === undefined;
    },
    { what: "the attempts under way to end" },
  );
  expect((await accepted()) - atPause).toBeLessThanOrEqual(2 * AT_ONCE);
  const whilePaused = await accepted();
  expect((await standingOf(all, campaign)).counts["queued"]).toBeGreaterThan(0);

  await all.api("DELETE", `/campaigns/${campaign}/pause`);
  const afterwards = async () =>
    (
      await all.mock<{ items: { at: string; username: string }[] }>(
        "GET",
        `/ledger?limit=1000&after=${whilePaused}`,
      )
    ).items;
  await until(async () => (await afterwards()).filter(withNew).length > 20, {
    what: "emails to be sent with the new credentials",
  });
  await all.api("POST", `/campaigns/${campaign}/cancel`);
  const { state, counts } = await ended(all, campaign);
  expect(state).toBe("cancelled");
  expect((counts["sent"] ?? 0) + (counts["cancelled"] ?? 0) + (counts["skipped"] ?? 0)).toBe(
    contacts,
  );
  expect(counts["cancelled"]).toBeGreaterThan(0);
  // An attempt that began with the old ones is answered a moment later.
  const withOld = (await afterwards()).filter((each) => !withNew(each));
  expect(withOld.filter(({ at }) => Date.parse(at) > rotatedAt + 1_000)).toEqual([]);
  const by = await acceptances(all);
  expect(by.has(gone?.["id"] as string)).toBe(false);
  const cancelled = await all.sql`
    SELECT id FROM email WHERE campaign_id = ${campaign} AND state IN ('cancelled', 'skipped')`;
  expect(cancelled.filter(({ id }) => by.has(id as string))).toEqual([]);
  await expectPromiseKept(all, campaign);
});
