import type { Refusal } from "./gateway.ts";

/** The most of an answer that is read: a gateway that sends more is broken, and its answer is not needed. */
export const ANSWER_LIMIT = 64 * 1024;

/** Failures that happen before a byte of the request can have left: the message is known not to have been accepted. */
const BEFORE_SENDING = new Set([
  "ConnectionRefused",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "FailedToOpenSocket",
  // There was no descriptor or no port left for a socket.
  "EMFILE",
  "ENFILE",
  "EADDRNOTAVAIL",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** What a request that got no answer came to. */
export function outcomeOfFailure(error: unknown): Refusal {
  const code = codeOf(error);
  if (BEFORE_SENDING.has(code))
    return { kind: "unavailable", detail: `The gateway cannot be reached (${code}).` };
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError" || name === "AbortError") {
    return { kind: "ambiguous", detail: "The gateway did not answer in time." };
  }
  return {
    kind: "ambiguous",
    detail: `The connection was lost before the answer came${code && ` (${code})`}.`,
  };
}

function codeOf(error: unknown): string {
  return typeof error === "object" &&
    error !== null &&
    "code" in error &&
    typeof error.code === "string"
    ? error.code
    : "";
}

/** Retry-After (RFC 9110 10.2.3): seconds or a date; anything else is as if it were not there. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const value = header.trim();
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // Every form of an HTTP date begins with a day's name; Date.parse would make a date of "-5" too.
  const date = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The answer's body as text, up to the limit; the rest is not read and the connection is given up. */
export async function readAnswer(response: Response): Promise<string> {
  if (response.body === null) return "";
  // The usual short answer is read at once: as a stream it would take a fifth more of the whole request's time.
  if (isShort(response.headers)) return response.text();
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > ANSWER_LIMIT) return text.slice(0, ANSWER_LIMIT);
  }
  return text;
}

/** Whether the answer says how long it is, and that is not long. What is packed may become anything. */
function isShort(headers: Headers): boolean {
  const length = headers.get("content-length");
  return length !== null && Number(length) <= ANSWER_LIMIT && !headers.has("content-encoding");
}
