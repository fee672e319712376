import { afterAll, beforeEach, expect, test } from "bun:test";
import {
  type GatewayFeedback,
  type GatewayKind,
  type GatewayView,
  MAILBOX_FAULTS,
  ROUTE,
  WEBHOOK_REFUSALS,
} from "@mailwright/protocol";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { GATEWAY, type GatewaysFixture, gatewaysFixture, KIND } from "./fixtures/gateways.ts";

const NOW = Date.UTC(2026, 10, 29, 11, 32);
const TODAY = Date.UTC(2026, 10, 29);
const NONE: GatewayFeedback = { at: NOW, days: [] };

/** Its provider calls. */
const CALLING: GatewayKind = {
  ...KIND,
  kind: "calling",
  webhook: "At the service: post to this address.",
  fields: [
    {
      name: "webhook_secret",
      label: "Webhook signing key",
      type: "password",
      required: false,
      secret: true,
      group: "webhooks",
    },
  ],
};
/** Its bounces come by mail. */
const MAILING: GatewayKind = {
  ...KIND,
  kind: "mailing",
  fields: [
    {
      name: "bounce_host",
      label: "Bounce mailbox",
      type: "text",
      required: false,
      secret: false,
      group: "bounces",
    },
  ],
};
const CALLED: GatewayView = { ...GATEWAY, kind: "calling", secrets: ["webhook_secret"] };
const MAILED: GatewayView = {
  ...GATEWAY,
  kind: "mailing",
  settings: { bounce_host: "imap.example.com" },
};

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync(), 30_000);

let fixture: GatewaysFixture;
beforeEach(async () => {
  fixture = stack.use(await gatewaysFixture());
}, 30_000);

/** What the card on a gateway's page says, its badge first. */
async function said(gateway: GatewayView, feedback?: Omit<GatewayFeedback, "at">) {
  fixture.offer([gateway], [KIND, CALLING, MAILING]);
  if (feedback !== undefined)
    fixture.client.answerAlways(`GET /v1/gateways/${gateway.id}/feedback`, {
      ...feedback,
      at: NOW,
    });
  const viewer = await signedInClient(fixture.context, "viewer");
  const page = await viewer.get(`/settings/gateways/${gateway.id}`);
  expect(page.status).toBe(200);
  const card = page.find(".card").find(({ text }) => text.startsWith("What comes back"));
  return card?.text.replaceAll(/\s+/g, " ") ?? "";
}

test("a mailbox that is read says when it was, and what came by it", async () => {
  const mailbox = { read: { at: NOW - 40_000, told: 2, others: 1 } };
  const days = [
    { at: TODAY - 86_400_000, facts: 1_200, webhooks: 0, refused: 0 },
    { at: TODAY, facts: 4, webhooks: 0, refused: 0 },
  ];
  const text = await said(MAILED, { mailbox, days });
  expect(text).toContain("Working");
  expect(text).toContain(
    "Bounce mailbox read 40 seconds ago, with 2 messages that tell of emails and 1 other message.",
  );
  expect(text).toContain("1,204 bounces, complaints and deliveries came in the last 7 days.");
});

test("a mailbox that cannot be read says since when, in whose words, and what to do", async () => {
  const failing = {
    since: NOW - 3_600_000,
    at: NOW - 10_000,
    fault: "unauthorized" as const,
    detail: "AUTHENTICATIONFAILED no such user",
  };
  const mailbox = { read: { at: NOW - 3_660_000, told: 0, others: 0 }, failing };
  const text = await said(MAILED, { mailbox, days: [] });
  expect(text).toContain("Not working");
  expect(text).toContain("Cannot be read since 29 Nov 2026, 10:32 UTC");
  expect(text).toContain("AUTHENTICATIONFAILED no such user. Check its user name and password.");
  expect(text).toContain("It was read last 1 hour ago.");
});

test.each(MAILBOX_FAULTS)("there is something to be done about every fault: %s", async (fault) => {
  const failing = { since: NOW, at: NOW, fault, detail: "words." };
  const text = await said(MAILED, { mailbox: { failing }, days: [] });
  expect(text).toMatch(/Words\. [A-Z][^.]+\./);
});

test("a gateway by which nothing could come back says what follows, and what to set", async () => {
  const bare = { ...MAILED, settings: {} };
  expect(await said(bare, { days: [] })).toMatch(/Not set up.*Enter a bounce address/);
  const unproven = { ...CALLED, secrets: [] };
  expect(await said(unproven, { webhooks: {}, days: [] })).toMatch(
    /Not set up.*No webhook has come yet\. Set “Webhook signing key” first/,
  );
});

test("before anything has come it says so, with the address to give to the service", async () => {
  expect(await said(MAILED, { mailbox: {}, days: [] })).toMatch(
    /Nothing yet.*read within a minute/,
  );
  const text = await said(CALLED, { webhooks: {}, days: [] });
  expect(text).toMatch(/Nothing yet.*No webhook has come yet\. Give the service the address below/);
  expect(text).toContain(`/webhooks/${CALLED.id}`);
});

test("webhooks that come are counted, and it is said when they tell of no email", async () => {
  const webhooks = { taken_at: NOW - 120_000 };
  const days = [{ at: TODAY, facts: 8, webhooks: 9, refused: 0 }];
  const text = await said(CALLED, { webhooks, days });
  expect(text).toMatch(
    /Working.*came 2 minutes ago; 9 webhooks in the last 7 days\.At the service/,
  );
  const useless = [{ at: TODAY, facts: 0, webhooks: 9, refused: 0 }];
  expect(await said(CALLED, { webhooks, days: useless })).toContain("None told of an email");
});

test("refused webhooks are a fault only while none has come since", async () => {
  const days = [{ at: TODAY, facts: 8, webhooks: 8, refused: 3 }];
  const refused = { at: NOW - 60_000, why: "signature" as const };
  const failing = await said(CALLED, { webhooks: { taken_at: NOW - 120_000, refused }, days });
  expect(failing).toMatch(
    /Refused.*3 webhooks were refused in the last 7 days, the last one 1 minute ago: the proof does not match “Webhook signing key”\./,
  );
  const working = await said(CALLED, { webhooks: { taken_at: NOW - 5_000, refused }, days });
  expect(working).toMatch(/Working.*it may have been somebody else/);
});

test.each(WEBHOOK_REFUSALS)(
  "there is something to be done about every refusal: %s",
  async (why) => {
    const days = [{ at: TODAY, facts: 0, webhooks: 0, refused: 1 }];
    const text = await said(CALLED, { webhooks: { refused: { at: NOW, why } }, days });
    expect(text).toMatch(
      /1 webhook was refused in the last 7 days, the last one just now: [^.]+\. [A-Z]/,
    );
  },
);

test("of a route its gateways say it, and while nobody can tell, the page stands all the same", async () => {
  const route = { ...GATEWAY, kind: ROUTE };
  expect(await said(route, { days: [] })).toContain("To each of its gateways by itself");
  expect(await said({ ...CALLED, id: KNOWN_TO_NOBODY })).toMatch(/Not known.*cannot tell/);
});

const KNOWN_TO_NOBODY = "0198a1b2-0000-7000-8000-00000000dead";

test("the API tells it too, in times that anybody reads", async () => {
  const { call } = await apiClient(fixture.context, "viewer");
  const told = async (feedback: Omit<GatewayFeedback, "at">) => {
    const path = `/gateways/${GATEWAY.id}/feedback`;
    fixture.client.answerAlways(`GET /v1${path}`, { ...feedback, at: NOW });
    return (await call("GET", `/api/v1${path}`)).json();
  };
  expect(await told({ days: [] })).toEqual({ mailbox: null, webhooks: null, days: [] });
  const failing = { since: NOW, at: NOW, fault: "folder" as const, detail: "no" };
  expect(
    await told({
      mailbox: { read: { at: NOW, told: 1, others: 2 }, failing },
      webhooks: { taken_at: NOW, refused: { at: NOW, why: "old" } },
      days: [{ at: TODAY, facts: 1, webhooks: 2, refused: 3 }],
    }),
  ).toEqual({
    mailbox: {
      read: { at: "2026-11-29T11:32:00.000Z", told: 1, others: 2 },
      failing: { ...failing, since: "2026-11-29T11:32:00.000Z", at: "2026-11-29T11:32:00.000Z" },
    },
    webhooks: {
      taken_at: "2026-11-29T11:32:00.000Z",
      refused: { at: "2026-11-29T11:32:00.000Z", why: "old" },
    },
    days: [{ at: "2026-11-29T00:00:00.000Z", facts: 1, webhooks: 2, refused: 3 }],
  });
  expect(await told({ mailbox: {}, webhooks: {}, days: NONE.days })).toEqual({
    mailbox: { read: null, failing: null },
    webhooks: { taken_at: null, refused: null },
    days: [],
  });
  expect((await call("GET", `/api/v1/gateways/${KNOWN_TO_NOBODY}/feedback`)).status).toBe(404);
});
