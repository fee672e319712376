import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { contentHash, sign } from "@mailwright/protocol";
import { ownRedis, until } from "@mailwright/testing";
import { aGateway, SERVICE_KEY, setUp, type SetUp } from "../testing/client.ts";
import { batch, content, recipients } from "../testing/factories.ts";
import {
  A_TEST_MESSAGE,
  type Call,
  call,
  callsThatChange,
  type Signing,
  SOMEBODY,
  state,
} from "../testing/raw-call.ts";

const reads: Call[] = [
  ...["settings", "machine", `batches/${SOMEBODY}`, `emails/${SOMEBODY}`].map((path) => ({
    method: "GET",
    path: `/v1/${path}`,
  })),
  {
    method: "POST",
    path: "/v1/settings/validate",
    body: JSON.stringify({ gateways: [aGateway(newId(), "https://mail.example.com/")] }),
  },
];

describe("original: service calls are signed, and one that is not as it must be gets 401 and changes nothing", () => {
  const stranger = { id: "s1", bytes: new Uint8Array(32).fill(66) };
  const faults: [string, (call: Call) => Signing | undefined][] = [
    ["unsigned", () => undefined],
    ["forged with another key of the same name", () => ({ key: stranger })],
    ["signed with a key that nobody knows", () => ({ key: { ...SERVICE_KEY, id: "s9" } })],
    ["too old", () => ({ at: Date.now() - 61_000 })],
    ["from the future", () => ({ at: Date.now() + 62_000 })],
    ["signed for another method", () => ({ signed: { method: "DELETE" } })],
    ["signed for another path", () => ({ signed: { path: "/v1/other" } })],
    ["signed for another query", ({ path }) => ({ signed: { path: `${path}?a=1` } })],
    ["altered in its body", ({ body }) => ({ signed: { body: `${body ?? ""} ` } })],
  ];
  test.each(faults)("%s", async (_what, signingOf) => {
    await using given = await setUp();
    const before = await state(given);
    for (const each of [...callsThatChange(), ...reads]) {
      const signing = signingOf(each);
      const { status, body } =
        signing === undefined ? await unsigned(given, each) : await call(given, each, signing);
      expect([each.path, status]).toEqual([each.path, 401]);
      expect(body).toMatchObject({ status: 401 });
    }
    expect(await state(given)).toEqual(before);
  });

  test("replayed, to the very byte", async () => {
    await using given = await setUp();
    for (const each of [...callsThatChange(), ...reads]) {
      const signing = { nonce: crypto.randomUUID(), at: Date.now() };
      expect((await call(given, each, signing)).status).not.toBe(401);
      const before = await state(given);
      const again = await call(given, each, signing);
      expect([again.status, again.body?.["title"]]).toEqual([401, "The call was made before"]);
      expect(await state(given)).toEqual(before);
    }
  });

  test("but for the health checks, which say no more than a name", async () => {
    await using given = await setUp();
    const ask = async (path: string) => (await fetch(`${given.client.url}${path}`)).status;
    expect([await ask("/livez"), await ask("/readyz"), await ask("/metrics")]).toEqual([
      200, 200, 200,
    ]);
    expect(await ask("/")).toBe(404);
  });
});

async function unsigned({ client }: SetUp, { method, path, body }: Call) {
  const init = { method, ...(body !== undefined && { body }) };
  const response = await fetch(`${client.url}${path}`, init);
  return { status: response.status, body: (await response.json()) as object };
}

describe("a call that is signed but not what it should be changes nothing", () => {
  test("413 when its body is too large, also when it does not say how large", async () => {
    await using given = await setUp();
    const before = await state(given);
    for (const [path, method, limit] of [
      ["/v1/batches", "POST", 32 * 1024 * 1024],
      [`/v1/contents/${"a".repeat(64)}`, "PUT", 16 * 1024 * 1024],
      [`/v1/campaigns/${SOMEBODY}/control`, "PUT", 1024 * 1024],
      ["/v1/settings", "PATCH", 1024 * 1024],
      [`/v1/gateways/${SOMEBODY}/messages`, "POST", 24 * 1024 * 1024],
    ] as const) {
      const body = `"${"x".repeat(limit)}"`;
      expect((await call(given, { method, path, body })).status).toBe(413);
      const headers = sign({ method, path, body }, SERVICE_KEY, Date.now(), crypto.randomUUID());
      const stream = new Blob([body]).stream();
      const chunked = await fetch(`${given.client.url}${path}`, { method, headers, body: stream });
      expect(chunked.status).toBe(413);
    }
    expect(await state(given)).toEqual(before);
  });

  test("but the longest template there can be is taken, however long its characters are as JSON", async () => {
    await using given = await setUp();
    const worst = "\u0001".repeat(1_000_000);
    const body = content({ template: { subject: "Hi", html: worst, text: worst } });
    const answer = await call(given, {
      method: "PUT",
      path: `/v1/contents/${contentHash(body)}`,
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(204);
  });

  test("and so is the longest message of a test, which is such a template filled in", async () => {
    await using given = await setUp();
    const worst = "\u0001".repeat(2_000_000);
    const answer = await call(given, {
      method: "POST",
      path: `/v1/gateways/${given.gatewayId}/messages`,
      body: JSON.stringify({ ...A_TEST_MESSAGE, html: worst, text: worst }),
    });
    expect(answer).toMatchObject({ status: 200, body: { outcome: "accepted" } });
  });

  test.each([
    ["nothing", ""],
    ["a beginning", "{"],
    ["a word", "nonsense"],
    ["a null character", "\u0000"],
    ["too many ends", '{"a":1}}'],
    ["endless nesting", "[".repeat(200_000)],
  ])("400 or 422 when it is not JSON but %s", async (_what, body) => {
    await using given = await setUp();
    const before = await state(given);
    for (const { method, path } of callsThatChange().filter(({ body }) => body !== undefined)) {
      const answer = await call(given, { method, path, body });
      expect([400, 422]).toContain(answer.status);
    }
    expect(await state(given)).toEqual(before);
  });

  test("400 when it is no UTF-8", async () => {
    await using given = await setUp();
    const body = new Uint8Array([0x22, 0xff, 0xfe, 0x22]);
    const parts = { method: "POST", path: "/v1/batches", body };
    const response = await fetch(`${given.client.url}/v1/batches`, {
      method: "POST",
      body,
      headers: sign(parts, SERVICE_KEY, Date.now(), crypto.randomUUID()),
    });
    expect(response.status).toBe(400);
  });

  test("422 with the field's name when it has the wrong shape (original, weakness 10: From is never unset)", async () => {
    await using given = await setUp();
    const good = batch();
    const [person] = good.recipients;
    const control = `/v1/campaigns/${SOMEBODY}/control`;
    const wrong: [string, string, unknown, string][] = [
      ["POST", "/v1/batches", { ...good, batch: "1" }, "batch"],
      ["POST", "/v1/batches", { ...good, recipients: [] }, "recipients"],
      ["POST", "/v1/batches", { ...good, recipients: recipients(501) }, "recipients"],
      ["POST", "/v1/batches", { ...good, priority: 0 }, "priority"],
      [
        "POST",
        "/v1/batches",
        { ...good, recipients: [person, { ...person, email: "a@b\r\nBcc: c@d" }] },
        "recipients.1.email",
      ],
      ["PUT", control, { state: "stopped" }, "state"],
      ["PUT", control, ["paused"], "body"],
      ["PATCH", "/v1/settings", { gateways: [] }, "gateways"],
      [
        "PATCH",
        "/v1/settings",
        { gateways: [{ id: SOMEBODY, rate_per_second: -1 }] },
        "gateways.0.rate_per_second",
      ],
      ["PUT", `/v1/contents/${"a".repeat(64)}`, content(), "hash"],
      ["PUT", `/v1/contents/${"a".repeat(64)}`, { ...content(), sender: undefined }, "sender"],
    ];
    const before = await state(given);
    for (const [method, path, body, field] of wrong) {
      const answer = await call(given, { method, path, body: JSON.stringify(body) });
      expect([answer.status, answer.body?.["field"]]).toEqual([422, field]);
    }
    expect(await state(given)).toEqual(before);
  });
});

test("original, weakness 23: a call while Redis is away is answered 503 and can be repeated", async () => {
  const redis = await ownRedis();
  await using given = await setUp({ redis });
  await redis.kill();
  const control = {
    method: "PUT",
    path: `/v1/campaigns/${SOMEBODY}/control`,
    body: '{"state":"paused"}',
  };
  const away = await call(given, control);
  expect([away.status, away.headers.get("retry-after")]).toEqual([503, "1"]);
  const ready = await fetch(`${given.client.url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: "unavailable", failing: ["redis"] },
  ]);
  await redis.start();
  await until(async () => (await call(given, control)).status === 200);
});
