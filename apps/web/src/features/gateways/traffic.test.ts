import { afterAll, beforeEach, expect, test } from "bun:test";
import type { GatewayTraffic } from "@mailwright/protocol";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { GATEWAY, type GatewaysFixture, gatewaysFixture, SPARE } from "./fixtures/gateways.ts";

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync(), 30_000);

const MINUTE_MS = 60_000;
const NOW = Date.UTC(2026, 4, 1, 12, 0, 30);
const NONE = {
  accepted: 0,
  rejected: 0,
  unauthorized: 0,
  throttled: 0,
  unavailable: 0,
  ambiguous: 0,
};
const TRAFFIC: GatewayTraffic = {
  at: NOW,
  rate_per_second: 12.5,
  slowed: [
    { rate_per_second: 12.5, until: NOW + 90_000 },
    { domain: "example.org", rate_per_second: 0.5, until: NOW + 30_000 },
  ],
  minutes: [
    { ...NONE, at: NOW - 30_000 - 50 * MINUTE_MS, accepted: 1_000, ambiguous: 1 },
    { ...NONE, at: NOW - 30_000 - 4 * MINUTE_MS, accepted: 20, throttled: 3 },
    { ...NONE, at: NOW - 30_000, accepted: 2 },
  ],
};

let fixture: GatewaysFixture;

beforeEach(async () => {
  fixture = stack.use(await gatewaysFixture());
  fixture.client.answerAlways(`GET /v1/gateways/${GATEWAY.id}/traffic`, TRAFFIC);
}, 30_000);

test("a gateway's page says what its last attempts came to, and what is slowed down", async () => {
  const viewer = await signedInClient(fixture.context, "viewer");
  const page = await viewer.get(`/settings/gateways/${GATEWAY.id}`);
  const cells = (label: string) => page.find(`td[data-label="${label}"]`).map(({ text }) => text);
  expect([cells("Outcome"), cells("5 min"), cells("Hour")]).toEqual([
    ["Accepted", "Throttled", "Unclear"],
    ["22", "3", "0"],
    ["1,022", "3", "1"],
  ]);
  const terms = page.find(".definitions dt").map(({ text }) => text);
  const said = page.find(".definitions dd").map(({ text }) => text);
  expect(terms.map((term, index) => [term, said[index]]).slice(-2)).toEqual([
    ["12.5 a second", "All emails: whole again in 1 min 30 s"],
    ["0.5 a second", "example.org: whole again in 30 s"],
  ]);
});

test("a gateway of which half of the last attempts fail is not called ready", async () => {
  const viewer = await signedInClient(fixture.context, "viewer");
  const stateAfter = async (minute: Partial<typeof NONE>, ago = 0) => {
    fixture.client.answerAlways(`GET /v1/gateways/${GATEWAY.id}/traffic`, {
      ...TRAFFIC,
      minutes: [{ ...NONE, at: NOW - 30_000 - ago, ...minute }],
    });
    return (await viewer.get(`/settings/gateways/${GATEWAY.id}`)).textOf(".definitions .badge");
  };
  expect(await stateAfter({ accepted: 5, rejected: 2, ambiguous: 3 })).toBe("Many attempts fail");
  expect(await stateAfter({ accepted: 6, rejected: 5 })).toBe("Ready");
  expect(await stateAfter({ unavailable: 9 })).toBe("Ready");
  expect(await stateAfter({ unavailable: 100 }, 5 * MINUTE_MS)).toBe("Ready");
});

test("a gateway's page names the rates of its domains, a few of many", async () => {
  const names = Array.from({ length: 7 }, (_, n) => [`d${n}.example.com`, n + 1]);
  const rated = {
    ...GATEWAY,
    domain_rate_per_second: 20,
    domain_rates: Object.fromEntries(names) as Record<string, number>,
  };
  fixture.offer([rated]);
  const viewer = await signedInClient(fixture.context, "viewer");
  const said = (await viewer.get(`/settings/gateways/${GATEWAY.id}`)).find(".definitions dd");
  const first = [1, 2, 3, 4, 5].map((n) => `d${n - 1}.example.com ${n} a second`).join(", ");
  expect(said.map(({ text }) => text)).toEqual(
    expect.arrayContaining(["20 a second", `${first} and 2 more`]),
  );
});

test("while nobody can tell, the page stands all the same and says so", async () => {
  const viewer = await signedInClient(fixture.context, "viewer");
  const page = await viewer.get(`/settings/gateways/${SPARE.id}`);
  expect(page.status).toBe(200);
  expect(page.text).toContain("The email client cannot tell.");
});

test("the API tells it too, in times that anybody reads", async () => {
  const { call } = await apiClient(fixture.context, "viewer");
  const answer = await call("GET", `/api/v1/gateways/${GATEWAY.id}/traffic`);
  expect([answer.status, answer.json()]).toEqual([
    200,
    {
      rate_per_second: 12.5,
      slowed: [
        { domain: null, rate_per_second: 12.5, until: "2026-05-01T12:02:00.000Z" },
        { domain: "example.org", rate_per_second: 0.5, until: "2026-05-01T12:01:00.000Z" },
      ],
      minutes: TRAFFIC.minutes.map((minute) => ({
        ...minute,
        at: new Date(minute.at).toISOString(),
      })),
    },
  ]);
  expect((await call("GET", `/api/v1/gateways/${SPARE.id}/traffic`)).status).toBe(404);
});
