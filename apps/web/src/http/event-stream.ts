import { type Html, render } from "@mailwright/html";
import type { Clock } from "@mailwright/platform";
import type { Context } from "../context.ts";

/** What flows on a live region's stream: each value is what stands in the region now. It ends when `signal` aborts. */
export type Messages = (signal: AbortSignal) => AsyncIterable<Html>;

/** Proxies and our own server close a connection on which nothing moves. */
const PULSE_MS = 15_000;
/** A stream is closed now and then, so that the one that follows it passes the guard anew. */
const LONGEST_MS = 5 * 60_000;

const encoder = new TextEncoder();
const PULSE = encoder.encode(": still here\n\n");
const DONE = encoder.encode("event: done\ndata: \n\n");

/**
 * The answer to a `Live` region: an event stream of `messages`, taken one by one as fast as the browser reads them. When
 * they end by themselves, the stream says `done` and the browser asks no more; when they fail, web stops or the stream
 * has lasted long enough, it only closes, and the browser comes back.
 */
export function eventStream(
  { log, stopping }: Pick<Context, "log" | "stopping">,
  request: Request,
  messages: Messages,
): Response {
  const gone = new AbortController();
  const signal = AbortSignal.any([
    stopping,
    request.signal,
    gone.signal,
    AbortSignal.timeout(LONGEST_MS),
  ]);
  const iterator = messages(signal)[Symbol.asyncIterator]();
  let pulse: ReturnType<typeof setInterval>;

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      pulse = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(PULSE);
      }, PULSE_MS);
    },
    async pull(controller) {
      const next = await iterator.next().catch((error: unknown) => {
        log.warn({ err: error }, "a stream ended early; the browser comes back");
        gone.abort();
      });
      if (next?.done === false) {
        controller.enqueue(encoder.encode(messageOf(next.value)));
        return;
      }
      clearInterval(pulse);
      if (!signal.aborted) controller.enqueue(DONE);
      controller.close();
    },
    async cancel() {
      clearInterval(pulse);
      gone.abort();
      await iterator.return?.();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // nginx would keep the messages until it has some kilobytes of them.
      "x-accel-buffering": "no",
    },
  });
}

/** Messages for what has to be looked at: `read` is asked every `everyMs`, and what it gives is sent when it is new. */
export function whenChanged(clock: Clock, everyMs: number, read: () => Promise<Html>): Messages {
  return async function* (signal) {
    let before = "";
    while (!signal.aborted) {
      const html = await read();
      const now = render(html);
      if (now !== before) yield html;
      before = now;
      // An abort ends the wait and, by the condition, the loop.
      await clock.sleep(everyMs, signal).catch(() => undefined);
    }
  };
}

function messageOf(html: Html): string {
  const lines = render(html).split(/\r\n|\r|\n/);
  return `${lines.map((line) => `data: ${line}`).join("\n")}\n\n`;
}
