import { RequestError } from "./faults.ts";

/** The media type of a request's body, in lower case and without its parameters; empty where there is none. */
export function mediaType(request: Request): string {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";", 1);
  return type.trim().toLowerCase();
}

/** Whether a request brings a body along, whatever kind it says it is. */
export function hasBody(request: Request): boolean {
  return request.body !== null && request.headers.get("content-length") !== "0";
}

/** Enough for a form of 9 MB at 31 kB/s. */
const PATIENCE_MS = 5 * 60_000;

/**
 * Reads at most `limit` bytes, and gives up (413) as soon as there are more, whatever Content-Length claims. One that
 * still trickles in after five minutes is given up too (408); one of which nothing comes any more loses its connection.
 */
export async function readBody(
  request: Pick<Request, "headers" | "body">,
  limit: number,
  patienceMs = PATIENCE_MS,
): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  if (request.body === null) return new Uint8Array();
  const giveUpAt = performance.now() + patienceMs;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    if (performance.now() > giveUpAt)
      throw new RequestError(408, "This took too long to arrive. Try again.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A body of JSON in UTF-8; 400 for any other. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new RequestError(400, "The body is not JSON in UTF-8.");
  }
}

function tooLarge(limit: number): RequestError {
  return new RequestError(413, `That is too large: at most ${readableSize(limit)} are taken.`);
}

function readableSize(bytes: number): string {
  return bytes >= 1_048_576
    ? `${Math.floor(bytes / 1_048_576)} MB`
    : `${Math.floor(bytes / 1_024)} kB`;
}
