import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { newId } from "@mailwright/platform";
import { parseGatewayFeedback, parseWebhookAnswer, type WebhookCall } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { setUp, type SetUp } from "../testing/client.ts";
import { state } from "../testing/raw-call.ts";

const SECRET = "of all its webhooks";

function signed(body: unknown, secret = SECRET): WebhookCall {
  const text = JSON.stringify(body);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac("sha256", secret).update(`m.${timestamp}.${text}`).digest("base64");
  return {
    headers: {
      "webhook-id": "m",
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signature}`,
    },
    body: Buffer.from(text).toString("base64"),
  };
}

const tell = ({ calls, gatewayId }: SetUp, call: WebhookCall, gateway = gatewayId) =>
  calls.client.call("POST", `/v1/gateways/${gateway}/webhook`, call, parseWebhookAnswer);

test("what a gateway tells is verified by the secret that is stored now, and read; nothing of it is kept", async () => {
  await using given = await setUp();
  const email = newId();
  const event = {
    type: "delivered",
    id: "1",
    email_id: email,
    timestamp: new Date().toISOString(),
  };
  expect(await tell(given, signed(event))).toMatchObject({ value: { kind: "forged" } });
  const secrets = { webhook_secret: SECRET };
  await given.calls.patch({ gateways: [{ id: given.gatewayId, secrets }] });
  const before = await state(given);
  expect(await tell(given, signed(event))).toMatchObject({
    kind: "ok",
    value: {
      kind: "facts",
      gateway: { kind: "seed", name: "Gateway" },
      facts: [{ email, kind: "delivered", at: Date.parse(event.timestamp), key: "1" }],
    },
  });
  expect(await tell(given, signed(event, "another"))).toMatchObject({ value: { kind: "forged" } });
  expect(await tell(given, signed("nothing"))).toMatchObject({ value: { kind: "unreadable" } });
  expect(await state(given)).toEqual(before);
  await given.calls.patch({
    gateways: [{ id: given.gatewayId, secrets: { webhook_secret: "" } }],
  });
  expect(await tell(given, signed(event))).toMatchObject({ value: { kind: "forged" } });
});

test("a signature of Mailgun's, which covers no body, is good for one body, however often that comes", async () => {
  await using given = await setUp();
  const gateway = newId();
  await given.calls.patch({
    gateways: [
      {
        id: gateway,
        kind: "mailgun",
        name: "Mailgun",
        settings: { domain: "mg.example.com" },
        secrets: { api_key: "key-x", webhook_secret: SECRET },
      },
    ],
  });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const token = newId();
  const signature = createHmac("sha256", SECRET).update(`${timestamp}${token}`).digest("hex");
  const told = (event: string, email: string): WebhookCall => {
    const data = {
      event,
      id: email,
      timestamp: Number(timestamp),
      "user-variables": { mailwright_email: email },
    };
    const body = JSON.stringify({
      signature: { timestamp, token, signature },
      "event-data": data,
    });
    return { headers: {}, body: Buffer.from(body).toString("base64") };
  };
  const [email, victim] = [newId(), newId()];
  const overheard = told("delivered", email);
  const kinds = [];
  for (const call of [overheard, told("complained", victim), overheard]) {
    const answer = await tell(given, call, gateway);
    kinds.push(answer.kind === "ok" ? answer.value.kind : answer.kind);
  }
  expect(kinds).toEqual(["facts", "forged", "facts"]);
});

test("of a gateway that there is not, it says so", async () => {
  await using given = await setUp();
  expect(await tell(given, signed({}), newId())).toMatchObject({ kind: "refused", status: 404 });
});

test("what became of webhooks is told by any process, with why the last one was refused", async () => {
  await using given = await setUp({ pace: { tallyMs: 50 } });
  const { gatewayId, calls } = given;
  const feedback = async (gateway = gatewayId) => {
    const path = `/v1/gateways/${gateway}/feedback`;
    const answer = await calls.client.call("GET", path, undefined, parseGatewayFeedback);
    return answer.kind === "ok" ? answer.value : answer;
  };
  expect(await feedback()).toMatchObject({ webhooks: {}, days: [] });
  const event = {
    type: "delivered",
    id: "1",
    email_id: newId(),
    timestamp: "2026-11-29T12:00:00Z",
  };
  const cases: [WebhookCall, string][] = [
    [signed(event), "no_secret"],
    [signed(event, "another"), "signature"],
    [{ ...signed(event), headers: {} }, "unsigned"],
    [signed("nothing"), "unreadable"],
  ];
  for (const [call, why] of cases) {
    await tell(given, call);
    const seen = await until(
      async () => {
        const now = await feedback();
        return "webhooks" in now && now.webhooks?.refused?.why === why ? now : undefined;
      },
      { what: `${why} to be noted` },
    );
    expect(seen.webhooks?.taken_at).toBeUndefined();
    const secrets = { webhook_secret: SECRET };
    await calls.patch({ gateways: [{ id: gatewayId, secrets }] });
  }
  await tell(given, signed([event, event]));
  const seen = await until(
    async () => {
      const now = await feedback();
      return "webhooks" in now && now.webhooks?.taken_at !== undefined ? now : undefined;
    },
    { what: "the one that is believed to be noted" },
  );
  const total = (name: "facts" | "webhooks" | "refused") =>
    seen.days.reduce((sum, day) => sum + day[name], 0);
  expect([total("facts"), total("webhooks"), total("refused")]).toEqual([2, 1, cases.length]);
  expect(await feedback(newId())).toMatchObject({ kind: "refused", status: 404 });
  expect(await feedback("x")).toMatchObject({ kind: "refused", status: 404 });
});
