import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { WEBHOOK_LIMIT } from "@mailwright/protocol";
import { newId } from "@mailwright/platform";
import { until } from "@mailwright/testing";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { visitor } from "../../testing/client.ts";
import { factsOf } from "../emails/facts.ts";
import { MOST_UNDER_WAY } from "./routes.ts";

let fixture: CampaignFixture;
beforeAll(async () => {
  fixture = await campaignFixture(1);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

const door = () => `/webhooks/${fixture.gateway}`;
const call = () => `POST /v1/gateways/${fixture.gateway}/webhook`;
const post = (body: string | Uint8Array<ArrayBuffer>, path = door(), headers = {}) =>
  visitor(fixture.context).send(path, { method: "POST", headers, body });

describe("the door", () => {
  test("hands on what came as it came, and of its headers those that prove something", async () => {
    const { sent } = await launchedWith(fixture, await fixture.draft(), "finished", { sent: 1 });
    const email = sent[0] as string;
    const facts = [{ email, kind: "delivered", at: Date.now(), key: "e-1" }];
    fixture.standIn.answerNext(call(), {
      status: 200,
      body: { kind: "facts", gateway: { kind: "seed", name: "Relay" }, facts },
    });
    const bytes = new Uint8Array([0, 255, 123, 10]);
    const answer = await post(bytes, door(), {
      "webhook-signature": "v1,x",
      cookie: "session=secret",
      "sec-fetch-site": "cross-site",
    });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      { taken: 1, repeated: 0, unknown: 0, settled: 0 },
    ]);
    expect(fixture.standIn.calls.at(-1)?.body).toEqual({
      headers: { "webhook-signature": "v1,x" },
      body: Buffer.from(bytes).toString("base64"),
    });
    expect(await factsOf(fixture.context.db, email)).toMatchObject([{ kind: "delivered" }]);
  });

  test("what the email client makes of it and cannot be stored is not said to be taken", async () => {
    const facts = [{ email: newId(), kind: "delivered", at: 8.64e15, key: "e-1" }];
    fixture.standIn.answerNext(call(), {
      status: 200,
      body: { kind: "facts", gateway: { kind: "seed", name: "Relay" }, facts },
    });
    expect((await post("{}")).status).toBe(503);
  });

  test.each([
    ["forged", 200, { kind: "forged", why: "It is not signed." }, 401],
    ["unreadable", 200, { kind: "unreadable", why: "It holds no events." }, 422],
    ["of no gateway", 404, {}, 404],
    ["not understood by the email client", 422, {}, 503],
    ["told while the email client has a fault", 500, {}, 503],
  ])(
    "what is %s is refused, so that it is told again where that can help",
    async (_what, status, body, wanted) => {
      fixture.standIn.answerNext(call(), { status, body });
      expect((await post("{}")).status).toBe(wanted);
    },
  );

  test("whoever floods it is put off, and costs the email client no more than so many calls", async () => {
    const before = fixture.standIn.calls.length;
    for (let n = 0; n < MOST_UNDER_WAY; n++) fixture.standIn.answerNext(call(), "silence");
    const app = visitor(fixture.context);
    const knock = () => app.send(door(), { method: "POST", body: "{}" });
    const flood = Array.from({ length: MOST_UNDER_WAY }, knock);
    await until(() => fixture.standIn.calls.length - before === MOST_UNDER_WAY, {
      what: "the calls to be under way",
    });
    expect((await knock()).status).toBe(503);
    expect(fixture.standIn.calls.length - before).toBe(MOST_UNDER_WAY);
    expect(new Set((await Promise.all(flood)).map(({ status }) => status))).toEqual(new Set([503]));
    fixture.standIn.answerNext(call(), { status: 200, body: { kind: "forged", why: "x" } });
    expect((await knock()).status).toBe(401);
  }, 20_000);

  test("what is too large, or for no gateway, is not handed on", async () => {
    const before = fixture.standIn.calls.length;
    expect((await post(new Uint8Array(WEBHOOK_LIMIT + 1))).status).toBe(413);
    expect((await post("{}", "/webhooks/x")).status).toBe(404);
    expect(fixture.standIn.calls.length).toBe(before);
  });
});
