import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { FACTS_LIMIT, type ServiceKey, sign, type ToldFacts } from "@mailwright/protocol";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { visitor } from "../../testing/client.ts";
import { TEST_KEY } from "../../testing/context.ts";
import { factsOf } from "../emails/facts.ts";

let fixture: CampaignFixture;
beforeAll(async () => {
  fixture = await campaignFixture(1);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

const PATH = "/internal/facts";

async function tell(facts: ToldFacts["facts"], key: ServiceKey = TEST_KEY) {
  const gateway = { id: fixture.gateway, kind: "smtp", name: "Relay" };
  const body = JSON.stringify({ gateway, facts });
  const signed = sign({ method: "POST", path: PATH, body }, key, Date.now(), crypto.randomUUID());
  const headers = { ...signed, "content-type": "application/json" };
  const answer = await visitor(fixture.context).send(PATH, { method: "POST", headers, body });
  return { status: answer.status, body: JSON.parse(answer.text) as object };
}

const bounce = (email: string, key = "<dsn-1@example.net>"): ToldFacts["facts"][number] => ({
  email,
  kind: "bounced",
  bounce: "soft",
  at: Date.UTC(2026, 10, 29, 12),
  key,
});

async function anEmail(): Promise<string> {
  const { sent } = await launchedWith(fixture, await fixture.draft(), "finished", { sent: 1 });
  return sent[0] as string;
}

test("what a bounce mailbox tells is kept once, with the kind of the gateway as its source", async () => {
  const email = await anEmail();
  const told = [bounce(email), bounce(newId())];
  expect(await tell(told)).toEqual({
    status: 200,
    body: { taken: 1, repeated: 0, unknown: 1, settled: 0 },
  });
  expect(await tell(told)).toEqual({
    status: 200,
    body: { taken: 0, repeated: 1, unknown: 1, settled: 0 },
  });
  expect(await factsOf(fixture.context.db, email)).toMatchObject([
    { kind: "bounced", source: "smtp", detail: { class: "soft" } },
  ]);
});

test("what the other service did not sign, or is too much at once, changes nothing", async () => {
  const email = await anEmail();
  const stranger = { id: TEST_KEY.id, bytes: new Uint8Array(32).fill(99) };
  expect((await tell([bounce(email)], stranger)).status).toBe(401);
  const many = Array.from({ length: FACTS_LIMIT + 1 }, (_, n) => bounce(email, `<${n}>`));
  expect((await tell(many)).status).toBe(422);
  expect(await factsOf(fixture.context.db, email)).toEqual([]);
});
