import { describe, expect, test } from "bun:test";
import { PASSWORD } from "../testing/client.ts";
import { MESSAGE, openSeed, outcomeOf, sendTo } from "../testing/seed.ts";
import type { Outcome } from "./gateway.ts";

test("the request is the one that the gateway documents, with the password in its header alone", async () => {
  const seen: { headers: Headers; body: unknown; method: string }[] = [];
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      seen.push({
        headers: request.headers,
        method: request.method,
        body: await request.json(),
      });
      return Response.json({ message_id: "m-1" }, { status: 202 });
    },
  });
  const gateway = openSeed(server.url.href, "ann@ümläut");
  expect(await gateway.send(MESSAGE, AbortSignal.timeout(5_000))).toEqual({
    kind: "accepted",
    messageId: "m-1",
  });
  await gateway.send(
    { ...MESSAGE, html: null, from: { name: "Shop", email: "shop@example.com" } },
    AbortSignal.timeout(5_000),
  );
  const [first, second] = seen as [(typeof seen)[0], (typeof seen)[0]];
  expect(first.method).toBe("POST");
  expect(first.headers.get("content-type")).toBe("application/json");
  const [scheme, encoded] = first.headers.get("authorization")!.split(" ");
  expect(scheme).toBe("Basic");
  expect(Buffer.from(encoded!, "base64").toString("utf8")).toBe(`ann@ümläut:${PASSWORD}`);
  expect(first.body).toEqual({
    from: { name: "Shop", email: "shop@example.com" },
    to: { name: "Ann Ümläut", email: "ann@example.com" },
    subject: "Grüße 👋",
    text: "Hello",
    html: "<p>Hello</p>",
    headers: {
      "Message-ID": "<1@example.com>",
      "Reply-To": "help@example.com",
      "X-Mailwright-Email": MESSAGE.key,
    },
  });
  expect(Object.keys(second.body as object)).not.toContain("html");
});

describe("every status has one meaning", () => {
  const kinds: Record<string, number[]> = {
    ambiguous: [200, 201, 203, 204, 206, 226],
    rejected: [400, 402, 403, 404, 405, 409, 410, 413, 415, 422, 451, 499],
    unauthorized: [401],
    throttled: [429],
    unavailable: [301, 302, 307, 308, 408, 500, 501, 502, 503, 504, 599],
  };
  test.each(Object.entries(kinds).flatMap(([kind, codes]) => codes.map((code) => [code, kind])))(
    "%d is %s",
    async (status, kind) => {
      const bodies = [null, "<html>no</html>", '{"message_id":"m-1"}'];
      for (const body of status === 204 ? [null] : bodies) {
        const outcome = await outcomeOf(() => new Response(body, { status: status as number }));
        expect(outcome.kind).toBe(kind as Outcome["kind"]);
      }
    },
  );
});

describe("202 is an acceptance (original, weakness 4: whatever its id looks like, web can store it)", () => {
  test.each([
    ["a text", "m-1", "m-1"],
    ["a number", 42, "42"],
    ["one that is far too long", "x".repeat(5_000), "x".repeat(300)],
  ])("whose id is %s", async (_what, messageId, kept) => {
    const outcome = await outcomeOf(() =>
      Response.json({ message_id: messageId }, { status: 202 }),
    );
    expect(outcome).toEqual({ kind: "accepted", messageId: kept });
  });

  test.each([
    ["nothing", ""],
    ["HTML", "<!doctype html><title>Welcome to nginx!</title>"],
    ["broken JSON", '{"message_id": "m-'],
    ["JSON that is no object", '"m-1"'],
    ["null", "null"],
    ["no id", "{}"],
    ["an empty id", '{"message_id":""}'],
    ["an id that is null", '{"message_id":null}'],
    ["an id that is an object", '{"message_id":{"a":1}}'],
  ])(
    "original, weakness 7: one that says %s is not sent again but told apart",
    async (_what, body) => {
      const outcome = await outcomeOf(() => new Response(body, { status: 202 }));
      expect(outcome).toEqual({
        kind: "ambiguous",
        detail: "The gateway answered 202 without a message id.",
      });
    },
  );
});

describe("429 with Retry-After", () => {
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  test.each([
    ["seconds", "7", 7_000, 7_000],
    ["none", "0", 0, 0],
    ["a date", inAnHour, 3_590_000, 3_600_000],
    ["a date that is past", "Wed, 21 Oct 2015 07:28:00 GMT", 0, 0],
    ["an absurd number", "99999999999999999999", 1e22, 1e24],
  ])("in the form of %s is told", async (_form, header, least, most) => {
    const outcome = await outcomeOf(
      () => new Response(null, { status: 429, headers: { "retry-after": header } }),
    );
    const { retryAfterMs } = outcome as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(retryAfterMs).toBeLessThanOrEqual(most);
  });

  test.each(["soon", "-5", "1.5", "NaN", "2026-01-01", ""])(
    "in no form that there is (%j) is as if it were not there",
    async (header) => {
      const outcome = await outcomeOf(
        () => new Response(null, { status: 429, headers: { "retry-after": header } }),
      );
      expect(outcome).toEqual({ kind: "throttled", detail: "The gateway answered 429." });
    },
  );
});

test("no outcome says anything of the credentials or of the MESSAGE, even where the gateway repeats them", async () => {
  const secret = Buffer.from(`ann:${PASSWORD}`).toString("base64");
  const echo = `${PASSWORD} ${secret} ${MESSAGE.to.email} ${MESSAGE.text}`;
  const answers = [200, 202, 301, 400, 401, 403, 422, 429, 500].map(
    (status) => () => new Response(echo, { status, headers: { "x-echo": secret } }),
  );
  const outcomes = await Promise.all(answers.map(outcomeOf));
  outcomes.push(await sendTo("http://127.0.0.1:1/?key=s3cret"));
  for (const outcome of outcomes) {
    expect(outcome).toHaveProperty("detail");
    expect(JSON.stringify(outcome)).not.toMatch(
      new RegExp(`${PASSWORD}|${secret.replace(/[+/=]/g, ".")}|ann@|Hello|s3cret`),
    );
  }
});
