import { expect, test } from "bun:test";
import { testRedis, until } from "@mailwright/testing";
import { startChild } from "../testing/child.ts";
import { aGateway, callsTo, PASSWORD, SERVICE_KEY, send } from "../testing/client.ts";
import { recipient } from "../testing/factories.ts";
import { gatewayStandIn } from "../testing/gateway-stand-in.ts";
import { A_TEST_MESSAGE, call } from "../testing/raw-call.ts";
import { webStandIn } from "../testing/web-stand-in.ts";

test("original, weakness 16: nothing that is logged in a whole run holds a password, an address, a name or a body", async () => {
  await using redis = await testRedis();
  await using gateway = gatewayStandIn();
  await using web = webStandIn([SERVICE_KEY]);
  // Everything goes wrong at least once, and the gateway repeats what it was told.
  const statuses = [401, 422, 503, 429, 202];
  gateway.answer = ({ attempt, authorization, body }) => {
    const said = `${authorization} ${JSON.stringify(body)}`;
    const status = statuses[gateway.received.length % statuses.length];
    return attempt < 3 ? new Response(said, { status: status! }) : "accept";
  };
  let refusals = 0;
  web.answer = (reports) =>
    ++refusals < 3 ? Response.json({ title: JSON.stringify(reports) }, { status: 503 }) : undefined;

  await using child = await startChild({ REDIS_URL: redis.url, WEB_URL: web.url });
  const calls = callsTo(child.url);
  const gatewayId = crypto.randomUUID();
  await calls.patch({ gateways: [aGateway(gatewayId, gateway.url)] });
  const people = Array.from({ length: 40 }, (_, index) =>
    recipient({
      email: `secret-person-${index}@example.com`,
      name: "Secret Person",
      variables: { first_name: "Secretname" },
    }),
  );
  const handed = await send({ calls, gatewayId }, 0, {}, { recipients: people });
  const given = { client: { url: child.url, [Symbol.asyncDispose]: async () => {} } };
  const post = (path: string, body: string) => call(given, { method: "POST", path, body });
  await post(`/v1/gateways/${gatewayId}/messages`, JSON.stringify(A_TEST_MESSAGE));
  await post("/v1/batches", JSON.stringify({ ...handed, priority: "secret-priority" }));
  await call(given, {
    method: "PATCH",
    path: "/v1/settings",
    body: `{"secret-body":"${PASSWORD}"}`,
  });
  await fetch(`${child.url}/v1/settings`, { method: "PATCH", body: PASSWORD });
  await until(async () => (await calls.batch(handed.batch))?.done === true);
  child.signal("SIGTERM");
  expect(await child.exited).toBe(0);

  const lines = child.output.trim().split("\n");
  expect(lines.length).toBeGreaterThan(4);
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  const encoded = Buffer.from(`ann:${PASSWORD}`).toString("base64");
  const keys = [SERVICE_KEY.bytes].map((bytes) => Buffer.from(bytes).toString("base64"));
  for (const secret of [PASSWORD, encoded, ...keys]) expect(child.output).not.toContain(secret);
  expect(child.output).not.toMatch(
    /secret-?person|secretname|@example|hello|secret-(body|priority)/i,
  );
});
