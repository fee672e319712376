import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { aGateway, setUp } from "../testing/client.ts";
import { A_TEST_MESSAGE, call } from "../testing/raw-call.ts";

test("a test message is sent once and at once, and its outcome is told, whatever it is", async () => {
  await using given = await setUp({ config: { attemptDeadlineMs: 200 } });
  const { gateway, gatewayId, web } = given;
  const path = `/v1/gateways/${gatewayId}/messages`;
  const outcomes: unknown[] = [];
  for (const answer of ["accept", 401, 422, 503, "silence"] as const) {
    gateway.answer = () => answer;
    const sent = await call(given, { method: "POST", path, body: JSON.stringify(A_TEST_MESSAGE) });
    outcomes.push(sent.body);
  }
  expect(outcomes).toEqual([
    { outcome: "accepted", message_id: `m-${gateway.received[0]!.key}` },
    {
      outcome: "unauthorized",
      detail: "The gateway refused the user name or the password (401).",
    },
    { outcome: "rejected", detail: "The gateway answered 422." },
    { outcome: "unavailable", detail: "The gateway answered 503." },
    { outcome: "ambiguous", detail: "The gateway did not answer in time." },
  ]);
  expect(gateway.received).toHaveLength(5);
  expect(web.reports).toEqual([]);
});

test("a check sends nothing, and tells what is wrong with the settings", async () => {
  await using given = await setUp();
  const { gateway, gatewayId } = given;
  const path = `/v1/gateways/${gatewayId}/check`;
  const checked = await call(given, { method: "POST", path, body: "" });
  expect(checked.body).toEqual({
    outcome: "ready",
    detail: "The gateway can be reached. Whether it takes messages, a test tells.",
  });
  await given.calls.patch({
    gateways: [aGateway(gatewayId, "http://127.0.0.1:1")],
  });
  expect((await call(given, { method: "POST", path, body: "" })).body).toMatchObject({
    outcome: "unavailable",
  });
  const nowhere = { method: "POST", path: path.replace(gatewayId, newId()), body: "" };
  expect((await call(given, nowhere)).status).toBe(404);
  expect(gateway.accepted).toEqual([]);
});

test("a test has the headers of a campaign's email and those by which one unsubscribes", async () => {
  await using given = await setUp();
  const path = `/v1/gateways/${given.gatewayId}/messages`;
  const message = {
    ...A_TEST_MESSAGE,
    headers: { "List-Id": "<campaigns.example.com>" },
    unsubscribe_url: "https://mail.example.com/u/example",
  };
  await call(given, { method: "POST", path, body: JSON.stringify(message) });
  expect(given.gateway.received[0]?.body["headers"]).toMatchObject({
    "List-Id": "<campaigns.example.com>",
    "List-Unsubscribe": "<https://mail.example.com/u/example>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "Message-ID": expect.any(String),
  });
});
