import type { Parsed } from "./values.ts";
import { type ServiceKey, verify } from "./signing.ts";

/** Remembers the nonces of calls for as long as a signature can be valid. Resolves to false for one seen before. */
export type RememberNonce = (nonce: string, ttlMs: number) => Promise<boolean>;

export interface ReceiverOptions {
  /** All of them may sign; two are valid at once while a key is rotated. */
  keys: readonly ServiceKey[];
  now: () => number;
  rememberNonce: RememberNonce;
}

/** A refused call, told in the terms of a problem document. */
export interface Refusal {
  status: 400 | 401 | 413 | 422;
  title: string;
  detail?: string;
  field?: string;
}

export type Received<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

/** Nonces are kept this long: twice the skew that a signature's time may have. */
const NONCE_TTL_MS = 120_000;

/**
 * Opens a signed call: reads at most `limit` bytes, checks the signature over exactly those bytes, refuses a replay, and
 * only then reads them as JSON and checks their shape. A call that is refused has changed nothing.
 */
export async function receive<T>(
  request: Request,
  { keys, now, rememberNonce }: ReceiverOptions,
  limit: number,
  parse: (value: unknown) => Parsed<T>,
): Promise<Received<T>> {
  const body = await readAtMost(request, limit);
  if (body === undefined)
    return refuse(413, "The body is too large", `At most ${limit} bytes are read.`);
  const { pathname, search } = new URL(request.url);
  const verdict = verify(
    { method: request.method, path: pathname + search, body },
    request.headers,
    keys,
    now(),
  );
  if (!verdict.ok)
    return refuse(401, "The call is not signed as it must be", `It is ${verdict.why}.`);
  if (!(await rememberNonce(verdict.nonce, NONCE_TTL_MS)))
    return refuse(401, "The call was made before");
  const json = parseJson(body);
  if (!json.ok) return refuse(400, "The body is not JSON");
  const parsed = parse(json.value);
  if (parsed.ok) return { ok: true, value: parsed.value };
  return {
    ok: false,
    refusal: {
      status: 422,
      title: "The body does not fit",
      detail: parsed.message,
      field: parsed.field,
    },
  };
}

function refuse(status: Refusal["status"], title: string, detail?: string): Received<never> {
  return { ok: false, refusal: { status, title, ...(detail !== undefined && { detail }) } };
}

/** Stops reading as soon as the limit is passed, whatever Content-Length claims. */
async function readAtMost(request: Request, limit: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) return undefined;
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

function parseJson(body: Uint8Array): { ok: true; value: unknown } | { ok: false } {
  if (body.byteLength === 0) return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) };
  } catch {
    return { ok: false };
  }
}
