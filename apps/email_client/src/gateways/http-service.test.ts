import { describe, expect, test } from "bun:test";
import { systemClock } from "@mailwright/platform";
import { rawServer } from "../testing/raw-server.ts";
import { MESSAGE } from "../testing/messages.ts";
import { postmark } from "../testing/services/postmark.ts";
import { sendgrid } from "../testing/services/sendgrid.ts";

/** What all services behind HTTP have in common, looked at through two of them. */
function open({ adapter, settings, secrets }: typeof postmark, url: string) {
  return adapter.open({ settings: { ...settings, api_url: url }, secrets, clock: systemClock });
}

const rootOf = (address: string) => new URL("/", address).href;
const soon = () => AbortSignal.timeout(5_000);

async function outcomeOf(answer: () => Response, dialect = postmark) {
  await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  return await open(dialect, server.url.href).send(MESSAGE, soon());
}

describe("every status has one meaning", () => {
  const kinds: Record<string, number[]> = {
    rejected: [400, 404, 405, 409, 413, 415, 422, 451],
    unauthorized: [401, 402, 403],
    throttled: [429],
    unavailable: [301, 302, 307, 308, 408, 503],
    ambiguous: [200, 201, 202, 204, 500, 501, 502, 504, 599],
  };
  test.each(Object.entries(kinds).flatMap(([kind, codes]) => codes.map((code) => [code, kind])))(
    "%d is %s, whatever stands in it",
    async (status, kind) => {
      for (const body of [null, "<html>no</html>", '{"a":1}', "[]", "null"]) {
        if (status === 204 && body !== null) continue;
        const outcome = await outcomeOf(() => new Response(body, { status: Number(status) }));
        expect([body, outcome.kind]).toEqual([body, kind as "rejected"]);
      }
    },
  );
});

test("a service that is somewhere else is not followed there: it would get the key", async () => {
  const asked: string[] = [];
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push(new URL(request.url).pathname);
      return new Response(null, { status: 307, headers: { location: "/elsewhere" } });
    },
  });
  const gateway = open(postmark, server.url.href);
  expect((await gateway.send(MESSAGE, soon())).kind).toBe("unavailable");
  expect((await gateway.check(soon())).kind).toBe("unavailable");
  expect(asked).toEqual(["/email", "/server"]);
});

test("an answer that breaks off after its status, or never ends, keeps nobody waiting and is not made up", async () => {
  await using cut = rawServer((socket) => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ErrorCode":0,"Mess');
  });
  expect((await open(postmark, rootOf(cut.url)).send(MESSAGE, soon())).kind).toBe("ambiguous");
  await using endless = rawServer((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");
  });
  const started = open(postmark, rootOf(endless.url)).send(MESSAGE, AbortSignal.timeout(300));
  expect((await started).kind).toBe("ambiguous");
});

test("a connection that is lost after the request has left is ambiguous, and the request is not made again", async () => {
  await using server = rawServer((socket) => socket.end());
  const gateway = open(postmark, rootOf(server.url));
  expect((await gateway.send(MESSAGE, soon())).kind).toBe("ambiguous");
  expect(server.requests).toHaveLength(1);
});

test("an id that is far too long is kept as far as web can store it", async () => {
  const outcome = await outcomeOf(() =>
    Response.json({ ErrorCode: 0, MessageID: "x".repeat(5_000) }),
  );
  expect(outcome).toEqual({ kind: "accepted", messageId: "x".repeat(300) });
});

test.each([
  [401, 1, { why: "Postmark answered 401." }],
  [403, 1, { why: "Postmark answered 403." }],
  [429, 1, { why: "Postmark answered 429." }],
  [200, 2, {}],
  [503, 2, { why: "Postmark answered 503." }],
])(
  "a look-up that is answered %d is asked %d times within two seconds",
  async (status, times, why) => {
    let asked = 0;
    await using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => (asked++, Response.json({ Messages: [] }, { status })),
    });
    const gateway = open(postmark, server.url.href);
    const found = await gateway.resolve?.(MESSAGE.key, AbortSignal.timeout(2_000));
    expect([found, asked]).toEqual([{ kind: "unknown", ...why }, times]);
  },
);

test("a valid key that may not send is told from one that may", async () => {
  const checked: unknown[] = [];
  for (const scopes of [["mail.send"], ["alerts.read"]]) {
    await using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => Response.json({ scopes }),
    });
    checked.push((await open(sendgrid, server.url.href).check(soon())).kind);
  }
  expect(checked).toEqual(["ready", "unauthorized"]);
});
