import { describe, expect, test } from "bun:test";
import { systemClock } from "@mailwright/platform";
import { FaultProxy } from "@mailwright/testing";
import { PASSWORD } from "../testing/client.ts";
import { rawResponse, rawServer } from "../testing/raw-server.ts";
import { SELF_SIGNED } from "../testing/self-signed.ts";
import type { Message, Outcome } from "./gateway.ts";
import { ANSWER_LIMIT } from "./http-outcome.ts";
import { seedGateway } from "./seed.ts";

const message: Message = {
  key: "0195f000-0000-7000-8000-000000000001",
  from: { name: "Shop", email: "shop@example.com", reply_to: "help@example.com" },
  to: { name: "Ann Ümläut", email: "ann@example.com" },
  subject: "Grüße 👋",
  html: "<p>Hello</p>",
  text: "Hello",
  headers: { "Message-ID": "<1@example.com>" },
};

const open = (url: string, username = "ann") =>
  seedGateway.open({ url, username }, { password: PASSWORD }, systemClock);

function sendTo(url: string, deadlineMs = 5_000): Promise<Outcome> {
  return open(url).send(message, AbortSignal.timeout(deadlineMs));
}

/** What one answer of an ordinary server comes to. */
async function outcomeOf(answer: () => Response): Promise<Outcome> {
  await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  return await sendTo(server.url.href);
}

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
  const gateway = open(server.url.href, "ann@ümläut");
  expect(await gateway.send(message, AbortSignal.timeout(5_000))).toEqual({
    kind: "accepted",
    messageId: "m-1",
  });
  await gateway.send(
    { ...message, html: null, from: { name: "Shop", email: "shop@example.com" } },
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
      "X-Mailwright-Email": message.key,
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

describe("202 is an acceptance", () => {
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

describe("answers that no gateway should give", () => {
  test("ten megabytes are not read", async () => {
    let read = 0;
    const outcome = await outcomeOf(
      () =>
        new Response(
          new ReadableStream<Uint8Array>({
            pull(controller) {
              read += 16_384;
              if (read > 10_000_000) controller.close();
              else controller.enqueue(new Uint8Array(16_384).fill(120));
            },
          }),
          { status: 202 },
        ),
    );
    expect(outcome.kind).toBe("ambiguous");
    expect(read).toBeLessThan(ANSWER_LIMIT + 5_000_000);
  });

  test("a body that breaks off changes nothing about what the status said", async () => {
    for (const [status, kind] of [
      [500, "unavailable"],
      [401, "unauthorized"],
      [422, "rejected"],
      [202, "ambiguous"],
    ] as const) {
      await using server = rawServer((socket) => {
        socket.write(`HTTP/1.1 ${status} So\r\nContent-Length: 1000\r\n\r\nhalf of`);
        socket.end();
      });
      expect((await sendTo(server.url)).kind).toBe(kind);
    }
  });

  test("a body that drips is waited for until the deadline and no longer", async () => {
    const drips: Timer[] = [];
    await using server = rawServer((socket) => {
      socket.write("HTTP/1.1 202 So\r\nContent-Length: 100000\r\n\r\n");
      drips.push(setInterval(() => socket.write("x"), 20));
    });
    const begun = performance.now();
    expect((await sendTo(server.url, 300)).kind).toBe("ambiguous");
    expect(performance.now() - begun).toBeLessThan(2_000);
    drips.forEach(clearInterval);
  });

  test.each([
    ["silence", ""],
    ["a header that never ends", "HTTP/1.1 202 So\r\nX-Header: "],
  ])("%s ends at the deadline, and nobody can tell", async (_what, said) => {
    await using server = rawServer((socket) => void socket.write(said));
    expect(await sendTo(server.url, 200)).toEqual({
      kind: "ambiguous",
      detail: "The gateway did not answer in time.",
    });
  });

  test("what is no HTTP at all is ambiguous", async () => {
    await using server = rawServer((socket) => {
      socket.write("220 mail.example.com ESMTP\r\n");
      socket.end();
    });
    expect((await sendTo(server.url)).kind).toBe("ambiguous");
  });
});

describe("connections", () => {
  test("one that is lost after the request has left is ambiguous", async () => {
    await using server = rawServer((socket) => socket.terminate());
    const outcome = await sendTo(server.url);
    expect(outcome).toMatchObject({ kind: "ambiguous" });
    expect(server.requests).toHaveLength(1);
  });

  test("one that is reset is ambiguous, since nobody knows how far the request got", async () => {
    await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    await using proxy = new FaultProxy(server.port!);
    proxy.set({ mode: "reset" });
    expect((await sendTo(proxy.through(server.url.href))).kind).toBe("ambiguous");
  });

  test("one that is refused was never made: the gateway is unavailable", async () => {
    await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    await using proxy = new FaultProxy(server.port!);
    proxy.set({ mode: "refuse" });
    const outcome = await sendTo(proxy.through(server.url.href));
    expect(outcome).toMatchObject({ kind: "unavailable" });
  });

  test("a name that does not exist was never reached: the gateway is unavailable", async () => {
    expect((await sendTo("http://gateway.invalid/email", 15_000)).kind).toBe("unavailable");
  });

  test("a certificate that nobody vouches for stops the request before it leaves", async () => {
    await using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: SELF_SIGNED,
      fetch: () => Response.json({ message_id: "m" }, { status: 202 }),
    });
    const outcome = await sendTo(`https://localhost:${server.port}/email`);
    expect(outcome).toMatchObject({ kind: "unavailable" });
  });

  test("a connection that the gateway closes between two messages makes no second one of the first", async () => {
    await using server = rawServer((socket, _request, number) => {
      // It is kept alive for the first answer and then, with a request on it, dropped.
      if (number % 2 === 1) socket.write(rawResponse(202, '{"message_id":"m"}'));
      else socket.end();
    });
    const gateway = open(server.url);
    const outcomes: string[] = [];
    for (let i = 0; i < 6; i++)
      outcomes.push((await gateway.send(message, AbortSignal.timeout(5_000))).kind);
    expect(outcomes).toEqual([
      "accepted",
      "ambiguous",
      "accepted",
      "ambiguous",
      "accepted",
      "ambiguous",
    ]);
    expect(server.requests).toHaveLength(6);
  });

  test("a redirect is not followed: it would carry the password to wherever it points", async () => {
    let visited = 0;
    await using elsewhere = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch() {
        visited++;
        return Response.json({ message_id: "m-1" }, { status: 202 });
      },
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const outcome = await outcomeOf(
        () => new Response(null, { status, headers: { location: elsewhere.url.href } }),
      );
      expect(outcome.kind).toBe("unavailable");
    }
    expect(visited).toBe(0);
  });
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

test("no outcome says anything of the credentials or of the message, even where the gateway repeats them", async () => {
  const secret = Buffer.from(`ann:${PASSWORD}`).toString("base64");
  const echo = `${PASSWORD} ${secret} ${message.to.email} ${message.text}`;
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
