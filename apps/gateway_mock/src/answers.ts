import type { Clock } from "@mailwright/platform";
import type { ScriptedAnswer } from "./script.ts";

const JSON_TYPE = "application/json";
/** Statuses whose answers have no body by definition. */
const BODILESS = new Set([204, 205, 304]);

/** What the seed gateway says when it takes a message. */
export function acceptedBody(messageId: string): string {
  return `{"message_id":"${messageId}"}`;
}

const ACCEPTED: ResponseInit = { status: 202, headers: { "content-type": JSON_TYPE } };

export function accepted(messageId: string): Response {
  return new Response(acceptedBody(messageId), ACCEPTED);
}

/** The answer as it is prepared; `usual` is its body unless it names another. A 429 always says when to come back. */
export function answerOf(answer: ScriptedAnswer, usual: string, clock: Clock): Response {
  const { status = 202, content_type = JSON_TYPE, drip_ms } = answer;
  const retryAfter = answer.retry_after ?? (status === 429 ? 1 : undefined);
  const body = BODILESS.has(status) ? null : bodyOf(answer, usual);
  const headers: Record<string, string> = {
    ...(body && { "content-type": content_type }),
    ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
  };
  const sent = body === null || drip_ms === undefined ? body : dripping(body, drip_ms, clock);
  return new Response(sent, { status, headers });
}

/** A refusal in the seed gateway's manner: a status, and what is wrong if it can be said. */
export function refusal(status: number, fault?: string): Response {
  const headers = status === 401 ? { "www-authenticate": 'Basic realm="gateway"' } : {};
  if (fault === undefined) return new Response(null, { status, headers });
  return Response.json({ error: fault }, { status, headers });
}

/**
 * No answer at all: Bun resets the connection of a body that fails before its first byte, headers unsent. It prints the
 * error that a body fails with, so this one fails with none.
 */
export function connectionReset(): Response {
  return new Response(new ReadableStream({ start: (controller) => controller.error() }));
}

/** Never answers; it ends when the other side has gone. */
export function noAnswer(gone: AbortSignal): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<Response>();
  gone.addEventListener("abort", () => resolve(connectionReset()), { once: true });
  return promise;
}

function bodyOf({ body, body_bytes }: ScriptedAnswer, usual: string): string {
  if (body_bytes !== undefined) return "x".repeat(body_bytes);
  if (body === undefined) return usual;
  return typeof body === "string" ? body : JSON.stringify(body);
}

function dripping(text: string, everyMs: number, clock: Clock): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const gone = new AbortController();
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      if (sent === bytes.length) return controller.close();
      if (sent > 0) await clock.sleep(everyMs, gone.signal).catch(() => {});
      if (gone.signal.aborted) return;
      controller.enqueue(bytes.subarray(sent, sent + 1));
      sent += 1;
    },
    cancel: () => gone.abort(),
  });
}
