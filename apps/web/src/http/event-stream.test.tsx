import { afterAll, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { silentLog } from "@mailwright/platform";
import { ManualClock, until } from "@mailwright/testing";
import { eventStream, type Messages, whenChanged } from "./event-stream.ts";
import { listen } from "./listen.ts";

const servers = new AsyncDisposableStack();
afterAll(() => servers.disposeAsync(), 30_000);

/** A server whose only answer is the stream, and what a browser has read of it. */
async function streaming(messages: Messages) {
  const stopping = new AbortController();
  const context = { log: silentLog, stopping: stopping.signal };
  const app = new Elysia().get("/", ({ request }) => eventStream(context, request, messages));
  const { url } = servers.use(listen(app, 0));
  const browser = new AbortController();
  const response = await fetch(url, { signal: browser.signal });
  const seen = { text: "", ended: false };
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      seen.text += decoder.decode(chunk, { stream: true });
    seen.ended = true;
  })().catch(() => {});
  return { response, seen, stop: () => stopping.abort(), leave: () => browser.abort() };
}

test("each message is sent when it is there, and the end is said", async () => {
  const gate = Promise.withResolvers<void>();
  const { response, seen } = await streaming(async function* () {
    yield <p>one</p>;
    await gate.promise;
    yield <pre>{"two\nlines"}</pre>;
  });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  await until(() => seen.text === "data: <p>one</p>\n\n");
  gate.resolve();
  await until(() => seen.ended);
  expect(seen.text).toBe(
    "data: <p>one</p>\n\ndata: <pre>two\ndata: lines</pre>\n\nevent: done\ndata: \n\n",
  );
});

test("a stream that web ends says nothing of an end, so that the browser comes back", async () => {
  const { seen, stop } = await streaming(async function* (signal) {
    yield <p>one</p>;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  await until(() => seen.text !== "");
  stop();
  await until(() => seen.ended);
  expect(seen.text).toBe("data: <p>one</p>\n\n");
});

test("a stream that fails ends without a word of why", async () => {
  const { seen } = await streaming(async function* () {
    yield <p>one</p>;
    throw new Error("anna@example.com");
  });
  await until(() => seen.ended);
  expect(seen.text).toBe("data: <p>one</p>\n\n");
});

test("nobody is looked for when the browser has gone", async () => {
  let ended = false;
  const { seen, leave } = await streaming(async function* (signal) {
    try {
      yield <p>one</p>;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    } finally {
      ended = true;
    }
  });
  await until(() => seen.text !== "");
  leave();
  await until(() => ended);
});

test("what is looked at is sent only when it has changed", async () => {
  const clock = new ManualClock();
  let sent = 1;
  const { seen } = await streaming(whenChanged(clock, 1_000, async () => <p>{sent}</p>));
  await until(() => clock.sleeping === 1);
  await clock.advance(3_000);
  sent = 2;
  await clock.advance(1_000);
  await until(() => seen.text === "data: <p>1</p>\n\ndata: <p>2</p>\n\n");
});
