import { describe, expect, test } from "bun:test";
import { hostileText } from "@mailwright/testing";
import fc from "fast-check";
import { startGatewayMock } from "./start.ts";
import { ALWAYS_202, message, post } from "./testing/emails.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

test("a message is answered 202 with an id, and stands in the ledger", async () => {
  await using gateway = await startGatewayMock({ config: ALWAYS_202 });
  const sent = message("ann@example.com", { "Message-ID": "<1@example.com>" });
  const response = await post(gateway, sent);
  const { message_id } = (await response.json()) as { message_id: string };
  expect(response.status).toBe(202);
  expect(message_id).toMatch(UUID);
  expect(gateway.ledger.page(0, 10)).toEqual({
    items: [
      {
        n: 1,
        at: expect.any(String),
        key: "<1@example.com>",
        to: "ann@example.com",
        subject: "News for ann@example.com",
        message_id,
        username: "user",
        headers: { "Message-ID": "<1@example.com>" },
      },
    ],
    next: null,
  });
});

async function statusesOf(seed: number): Promise<number[]> {
  await using gateway = await startGatewayMock({ config: { seed } });
  const seen: number[] = [];
  for (let n = 0; n < 60; n += 1) seen.push((await post(gateway, message("a@example.com"))).status);
  expect(gateway.ledger.accepted).toBe(seen.filter((status) => status === 202).length);
  return seen;
}

test("equal seeds give equal answers in the order of arrival", async () => {
  const first = await statusesOf(5);
  expect(first).toEqual(await statusesOf(5));
  expect(new Set(first).size).toBeGreaterThan(2);
});

test("a 429 of the odds says when to come back", async () => {
  await using gateway = await startGatewayMock({
    config: { weights: [{ status: 429, weight: 1 }] },
  });
  const response = await post(gateway, message("a@example.com"));
  expect([response.status, response.headers.get("retry-after")]).toEqual([429, "1"]);
  expect(gateway.ledger.accepted).toBe(0);
});

async function statusWith(
  authorization: string | undefined,
  config: { username?: string; password?: string } = {},
): Promise<[number, number]> {
  await using gateway = await startGatewayMock({ config: { ...ALWAYS_202, ...config } });
  const response = await fetch(gateway.emailUrl, {
    method: "POST",
    body: JSON.stringify(message("a@example.com")),
    headers: authorization === undefined ? {} : { authorization },
  });
  return [response.status, gateway.ledger.accepted];
}

function basic(text: string): string {
  return `Basic ${Buffer.from(text, "utf8").toString("base64")}`;
}

describe("credentials", () => {
  test.each([undefined, "", "Bearer abc", "Basic", "Basic !!!", basic("no colon")])(
    "%p are none: 401",
    async (authorization) => {
      expect(await statusWith(authorization)).toEqual([401, 0]);
    },
  );

  test("each call is judged by its own", async () => {
    await using gateway = await startGatewayMock({ config: { ...ALWAYS_202, password: "right" } });
    const statuses: number[] = [];
    for (const password of ["right", "wrong", "right"]) {
      const headers = { authorization: basic(`user:${password}`) };
      statuses.push((await post(gateway, message("a@example.com"), { headers })).status);
    }
    expect(statuses).toEqual([202, 401, 202]);
  });

  test("any will do if none are insisted on", async () => {
    expect(await statusWith(basic("any:"))).toEqual([202, 1]);
    expect(await statusWith(basic("zażółć:gęślą:jaźń"))).toEqual([202, 1]);
  });

  test("those insisted on, and no others", async () => {
    const config = { username: "zażółć", password: "a:b" };
    expect(await statusWith(basic("zażółć:a:b"), config)).toEqual([202, 1]);
    expect(await statusWith(basic("zażółć:a:c"), config)).toEqual([401, 0]);
    expect(await statusWith(basic("other:a:b"), config)).toEqual([401, 0]);
    expect(await statusWith(basic("any:a:b"), { password: "a:b" })).toEqual([202, 1]);
  });
});

describe("what is no message", () => {
  const whole = message("a@example.com");
  test.each<[unknown, number, string]>([
    ["", 400, "The body is not JSON."],
    ["{", 400, "The body is not JSON."],
    ["null", 422, "The body must be a JSON object."],
    ["[]", 422, "The body must be a JSON object."],
    [{ ...whole, from: undefined }, 422, "from must have a name and an email."],
    [{ ...whole, from: { name: "x" } }, 422, "from.email must be an address."],
    [{ ...whole, to: { email: "nobody" } }, 422, "to.email must be an address."],
    [{ ...whole, to: { email: "a@example.com", name: 7 } }, 422, "to.name must be a text."],
    [{ ...whole, subject: null }, 422, "subject must be a text."],
    [{ ...whole, text: 7 }, 422, "text must be a text."],
    [{ ...whole, html: {} }, 422, "html must be a text."],
    [{ ...whole, headers: [] }, 422, "headers must be names and texts."],
    [{ ...whole, headers: { a: 1 } }, 422, "headers.a must be a text."],
  ])("%j: %i", async (body, status, error) => {
    await using gateway = await startGatewayMock({ config: ALWAYS_202 });
    const response = await post(gateway, body);
    expect([response.status, await response.json()]).toEqual([status, { error }]);
    expect(gateway.ledger.summary()).toMatchObject({ accepted: 0, answers: { [status]: 1 } });
  });

  test("html, headers and names may be left out", async () => {
    await using gateway = await startGatewayMock({ config: ALWAYS_202 });
    const { from, subject, text } = whole;
    const body = { from: { email: from.email }, to: { email: "a@example.com" }, subject, text };
    expect((await post(gateway, body)).status).toBe(202);
    expect((await post(gateway, { ...body, html: null, headers: null })).status).toBe(202);
  });
});

test("hostile texts are taken as they are", async () => {
  await using gateway = await startGatewayMock({ config: ALWAYS_202 });
  await fc.assert(
    fc.asyncProperty(hostileText(), hostileText(), async (subject, key) => {
      const body = { ...message("a@example.com", { "x-mailwright-email": key }), subject };
      expect((await post(gateway, body)).status).toBe(202);
      const [item] = gateway.ledger.newest(1);
      expect([item?.subject, item?.key]).toEqual([subject.slice(0, 1_000), key.slice(0, 1_000)]);
    }),
    { numRuns: 100 },
  );
});

describe("idempotency, where it is switched on", () => {
  const config = { ...ALWAYS_202, idempotency: true };
  const headers = { "idempotency-key": "email-1" };

  test("a repeated key gets the first answer, and one acceptance", async () => {
    await using gateway = await startGatewayMock({ config });
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () =>
        (await post(gateway, message("a@example.com"), { headers })).json(),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(gateway.ledger.summary()).toMatchObject({ accepted: 1, replayed: 4, repeated: [] });
  });

  test("an acceptance whose answer was lost is answered when it is asked for again", async () => {
    await using gateway = await startGatewayMock({ config });
    gateway.script.set([{ cut: "after" }]);
    await expect(post(gateway, message("a@example.com"), { headers })).rejects.toThrow();
    const again = await post(gateway, message("a@example.com"), { headers });
    expect(await again.json()).toEqual({ message_id: gateway.ledger.newest(1)[0]?.message_id });
    expect(gateway.ledger.accepted).toBe(1);
  });

  test("what was not accepted is tried anew", async () => {
    await using gateway = await startGatewayMock({ config });
    gateway.script.set([{ status: 500 }]);
    expect((await post(gateway, message("a@example.com"), { headers })).status).toBe(500);
    expect((await post(gateway, message("a@example.com"), { headers })).status).toBe(202);
  });

  test("without it every call is an acceptance, as with the original", async () => {
    await using gateway = await startGatewayMock({ config: ALWAYS_202 });
    await post(gateway, message("a@example.com"), { headers });
    await post(gateway, message("a@example.com"), { headers });
    expect(gateway.ledger.summary()).toMatchObject({
      accepted: 2,
      distinct_keys: 1,
      repeated: [{ key: "email-1", accepted: 2 }],
    });
  });
});
