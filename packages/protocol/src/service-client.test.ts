import { expect, test } from "bun:test";
import { createServiceClient, parseNothing } from "./service-client.ts";
import { contentHash, type Content, parseContent } from "./contents.ts";

const key = { id: "k1", bytes: new Uint8Array(32).fill(7) };

function clientOf(answer: (request: Request) => Response | Promise<Response>, timeoutMs = 2_000) {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  const client = createServiceClient({
    url: `http://127.0.0.1:${server.port}`,
    keys: [key],
    now: Date.now,
    timeoutMs,
  });
  return { client, [Symbol.asyncDispose]: async () => server.stop(true) };
}

test("a refusal carries what the problem document says, and how long to wait", async () => {
  await using service = clientOf(() =>
    Response.json(
      { title: "Full", detail: "Come back later.", field: "recipients" },
      { status: 429, headers: { "retry-after": "3" } },
    ),
  );
  expect(await service.client.call("POST", "/v1/batches", {}, parseNothing)).toMatchObject({
    kind: "refused",
    status: 429,
    why: "Come back later.",
    field: "recipients",
    retryAfterS: 3,
  });
});

test("a 5xx, a redirect, silence after the headers and a closed port all leave the outcome open", async () => {
  await using broken = clientOf(() => new Response("oops", { status: 503 }));
  await using redirecting = clientOf(() => Response.redirect("http://127.0.0.1:1/", 302));
  await using dripping = clientOf(() => new Response(new ReadableStream({ start() {} })), 200);
  const closed = createServiceClient({ url: "http://127.0.0.1:1", keys: [key], now: Date.now });
  for (const { client } of [broken, redirecting, dripping, { client: closed }]) {
    expect((await client.call("GET", "/v1/machine", undefined, parseNothing)).kind).toBe(
      "unreachable",
    );
  }
});

const content: Content = {
  campaign: { id: "01890000-0000-7000-8000-000000000001", name: "News" },
  template: { subject: "Hello", html: null, text: "Hello" },
  sender: { name: "Acme", email: "news@example.com" },
  headers: { "X-A": "1", "X-B": "2" },
  policy: {
    attempts: 4,
    first_wait_s: 5,
    max_wait_s: 900,
    max_age_s: 86_400,
    when_uncertain: "hold",
  },
};

test("equal contents have one name, whatever the order of their keys", () => {
  const { campaign, ...rest } = content;
  const turned: Content = { ...rest, headers: { "X-B": "2", "X-A": "1" }, campaign };
  expect(Object.keys(turned)).not.toEqual(Object.keys(content));
  expect(contentHash(turned)).toBe(contentHash(content));
  expect(contentHash({ ...content, headers: {} })).not.toBe(contentHash(content));
});

test("a header of a content can hold no line break", () => {
  expect(parseContent(content).ok).toBe(true);
  const headers = { "X-A": "1\r\nBcc: someone@example.com" };
  expect(parseContent({ ...content, headers })).toMatchObject({ ok: false, field: "headers.X-A" });
});
