import { boundaryOf } from "./upload.ts";

const digests = new WeakMap<Request, string>();

const listeners = new WeakMap<Request, () => Promise<void>>();

/** Has `heard` called with every piece of a body that its route streams; the next one waits until it is done. */
export function whileArriving(request: Request, heard: () => Promise<void>): void {
  listeners.set(request, heard);
}

/** The digest of a request's body, in hex; undefined for one that was not read to its end. */
export function digestOf(request: Request): string | undefined {
  return digests.get(request);
}

/** Keeps the digest of a body that was read as a whole. */
export function rememberDigest(request: Request, bytes: Uint8Array): void {
  digests.set(request, new Bun.CryptoHasher("sha256").update(bytes).digest("hex"));
}

/**
 * The body of a request whose route streams it: its digest is known as soon as it was read to its end, if there is an
 * Idempotency-Key, for which alone it is wanted. Of a form the boundary is left out: every client makes a new one for each
 * request.
 */
export function digestedBody(request: Request): ReadableStream<Uint8Array> | null {
  if (!request.headers.has("idempotency-key")) return request.body;
  const digest = new BodyDigest(boundaryOf(request.headers.get("content-type") ?? ""));
  const tap = new TransformStream<Uint8Array, Uint8Array>({
    async transform(bytes, controller) {
      await listeners.get(request)?.();
      digest.add(bytes);
      controller.enqueue(bytes);
    },
    flush: () => void digests.set(request, digest.end()),
  });
  return request.body?.pipeThrough(tap) ?? null;
}

/** Reads a body for its digest alone. */
export async function digestWhole(request: Request): Promise<void> {
  await digestedBody(request)?.pipeTo(new WritableStream());
}

class BodyDigest {
  readonly #hash = new Bun.CryptoHasher("sha256");
  readonly #boundary: Buffer;
  /** What may be the beginning of a boundary. */
  #rest = Buffer.alloc(0);

  constructor(boundary: string | undefined) {
    this.#boundary = Buffer.from(boundary ?? "", "latin1");
  }

  add(bytes: Uint8Array): void {
    let open = Buffer.concat([this.#rest, bytes]);
    const { length } = this.#boundary;
    for (let at = this.#next(open); at !== -1; at = this.#next(open)) {
      this.#hash.update(open.subarray(0, at));
      open = open.subarray(at + length);
    }
    const told = Math.max(0, open.length - Math.max(0, length - 1));
    this.#hash.update(open.subarray(0, told));
    this.#rest = open.subarray(told);
  }

  end(): string {
    return this.#hash.update(this.#rest).digest("hex");
  }

  #next(open: Buffer): number {
    return this.#boundary.length === 0 ? -1 : open.indexOf(this.#boundary);
  }
}
