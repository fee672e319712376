import { afterAll, beforeAll, expect, test } from "bun:test";
import { type GatewayMock, startGatewayMock } from "@mailwright/gateway_mock/start.ts";
import { newId } from "@mailwright/platform";
import { parseSettingsView } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { ended, launchCampaign } from "./campaign.ts";
import { type Installation, startInstallation } from "./installation.ts";

/** The whole circle: a campaign goes out, and the gateway tells through the public door what became of it. */
const SECRET = "a secret that both know";

const stack = new AsyncDisposableStack();
let installation: Installation;
let mock: GatewayMock;

beforeAll(async () => {
  installation = stack.use(await startInstallation());
  const gateway = newId();
  const url = `${installation.webs[0]?.url}/webhooks/${gateway}`;
  const weights = [{ status: 202, weight: 1 }];
  mock = stack.use(
    await startGatewayMock({ config: { weights, webhook: { url, secret: SECRET } } }),
  );
  const saved = await installation.emailClient.call(
    "PATCH",
    "/v1/settings",
    {
      gateways: [
        {
          id: gateway,
          kind: "seed",
          name: "Relay",
          settings: { url: mock.emailUrl, username: "ann" },
          secrets: { password: "x", webhook_secret: SECRET },
          default: true,
        },
      ],
    },
    parseSettingsView,
  );
  expect(saved.kind).toBe("ok");
}, 60_000);
afterAll(() => stack.disposeAsync(), 30_000);

/** Presses a button of the stand-in's page; the answer is what the page then says. */
async function press(path: string, form: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${mock.url}${path}`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  const page = await answer.text();
  return /role="status">([^<]*)</.exec(page)?.[1]?.trim() ?? "";
}

async function factsOf(campaign: string) {
  return await installation.sql`
    SELECT kind, coalesce(detail ->> 'class', '') AS class, count(*)::int AS n FROM email_fact
    WHERE campaign_id = ${campaign} GROUP BY 1, 2 ORDER BY 1, 2`;
}

async function suppressions() {
  return await installation.sql`
    SELECT reason, count(*)::int AS n FROM suppression GROUP BY 1 ORDER BY 1`;
}

test("what the gateway tells is kept with the emails and suppresses whom it should, however often it is told", async () => {
  const campaign = await launchCampaign(installation, 40);
  expect((await ended(installation, campaign)).counts).toEqual({ sent: 40 });
  for (let times = 0; times < 2; times++) {
    expect(await press("/fates")).toContain("42 told: it answered 200");
    expect(await factsOf(campaign)).toMatchObject([
      { kind: "bounced", class: "block", n: 2 },
      { kind: "bounced", class: "hard", n: 2 },
      { kind: "bounced", class: "soft", n: 2 },
      { kind: "complained", class: "", n: 2 },
      { kind: "delivered", class: "", n: 34 },
    ]);
    expect(await suppressions()).toMatchObject([
      { reason: "bounced", n: 2 },
      { reason: "complained", n: 2 },
    ]);
  }
}, 60_000);

test("an email whose answer was lost is settled when the gateway tells of it", async () => {
  mock.script.set([{ cut: "after" }]);
  const campaign = await launchCampaign(installation, 1);
  expect((await ended(installation, campaign)).counts).toEqual({ uncertain: 1 });
  const { accepted } = mock.ledger;
  expect(await press(`/messages/${accepted}/fate`, { fate: "delivered" })).toContain(
    "1 told: it answered 200",
  );
  expect((await ended(installation, campaign)).counts).toEqual({ sent: 1 });
  const events = await installation.sql`
    SELECT event.seq, event.event FROM email_event event JOIN email ON email.id = event.email_id
    WHERE campaign_id = ${campaign} ORDER BY seq`;
  expect(events.map(({ seq, event }) => `${seq} ${event}`)).toEqual([
    "1 START",
    "2 AMBIGUOUS",
    "3 UNRESOLVED",
    "4 CONFIRMED",
  ]);
}, 60_000);

test("whoever does not know the secret changes nothing", async () => {
  const told = await installation.sql`SELECT count(*)::int AS n FROM email_fact`;
  const [{ id: email } = { id: "" }] = await installation.sql<{ id: string }[]>`
    SELECT id FROM email LIMIT 1`;
  const [{ gateway } = { gateway: "" }] = await installation.sql<{ gateway: string }[]>`
    SELECT gateway_id AS gateway FROM email WHERE gateway_id IS NOT NULL LIMIT 1`;
  const answer = await fetch(`${installation.webs[0]?.url}/webhooks/${gateway}`, {
    method: "POST",
    headers: {
      "webhook-id": "x",
      "webhook-timestamp": String(Math.floor(Date.now() / 1_000)),
      "webhook-signature": `v1,${Buffer.alloc(32).toString("base64")}`,
    },
    body: JSON.stringify({
      type: "complained",
      email_id: email,
      timestamp: new Date().toISOString(),
    }),
  });
  expect(answer.status).toBe(401);
  expect(await installation.sql`SELECT count(*)::int AS n FROM email_fact`).toEqual(told);
});

test("what is told while the database or the email client is away is not lost: it is refused until it can be kept", async () => {
  const campaign = await launchCampaign(installation, 1);
  await ended(installation, campaign);
  const message = `/messages/${mock.ledger.accepted}/fate`;
  for (const link of [installation.links.postgres, installation.links.emailClient]) {
    link.set({ mode: "reset" });
    expect(await press(message, { fate: "delivered" })).toContain("it answered 503");
    link.heal();
  }
  await until(
    async () => (await press(message, { fate: "delivered" })).includes("it answered 200"),
    { what: "the webhook to be taken", timeoutMs: 20_000, everyMs: 200 },
  );
  expect(await factsOf(campaign)).toMatchObject([{ kind: "delivered", n: 1 }]);
}, 60_000);
