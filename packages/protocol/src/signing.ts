import { timingSafeEqual } from "node:crypto";

/**
 * Signed service calls: HTTP Message Signatures (RFC 9421) with HMAC-SHA256 over method, path, query and content digest
 * (RFC 9530), with the time and a nonce in the signature's parameters. A proxy may change the host; it cannot change
 * what is asked for or said.
 */
export interface ServiceKey {
  id: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The parts of a call that the signature covers. `path` begins with a slash and includes the query, if any. */
export interface SignedParts {
  method: string;
  path: string;
  body: Uint8Array | string;
}

/** How far two clocks may be apart. Nonces are remembered for twice as long, so a replay always meets one of the two. */
export const MAX_SKEW_MS = 60_000;

const COMPONENTS = '("@method" "@path" "@query" "content-digest")';
const INPUT =
  /^mw=(\("@method" "@path" "@query" "content-digest"\);created=(\d{1,12});nonce="([A-Za-z0-9_-]{16,64})";keyid="([A-Za-z0-9_-]{1,32})";alg="hmac-sha256")$/;
const SIGNATURE = /^mw=:([A-Za-z0-9+/]{43}=):$/;

/** The three headers that sign a call with `key`. `at` is milliseconds; the nonce must never be used twice. */
export function sign(
  parts: SignedParts,
  key: ServiceKey,
  at: number,
  nonce: string,
): Record<string, string> {
  const digest = contentDigest(parts.body);
  const created = Math.floor(at / 1000);
  const parameters = `${COMPONENTS};created=${created};nonce="${nonce}";keyid="${key.id}";alg="hmac-sha256"`;
  return {
    "content-digest": digest,
    "signature-input": `mw=${parameters}`,
    signature: `mw=:${hmac(key, signatureBase(parts, digest, parameters)).toString("base64")}:`,
  };
}

export type Verdict =
  | { ok: true; keyId: string; nonce: string }
  | { ok: false; why: "unsigned" | "unknown key" | "too old or too new" | "altered" };

/**
 * Checks everything about a signed call but whether its nonce was seen before, which needs a memory: the caller
 * remembers `nonce` and refuses a second one.
 */
export function verify(
  parts: SignedParts,
  headers: { get(name: string): string | null },
  keys: readonly ServiceKey[],
  now: number,
): Verdict {
  const [, parameters = "", created, nonce = "", keyId = ""] =
    INPUT.exec(headers.get("signature-input") ?? "") ?? [];
  const [, signature = ""] = SIGNATURE.exec(headers.get("signature") ?? "") ?? [];
  if (parameters === "" || signature === "") return { ok: false, why: "unsigned" };
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined) return { ok: false, why: "unknown key" };
  if (Math.abs(now - Number(created) * 1000) > MAX_SKEW_MS)
    return { ok: false, why: "too old or too new" };
  const digest = contentDigest(parts.body);
  const expected = hmac(key, signatureBase(parts, digest, parameters));
  const given = Buffer.from(signature, "base64");
  const same = given.length === expected.length && timingSafeEqual(given, expected);
  if (!same || headers.get("content-digest") !== digest) return { ok: false, why: "altered" };
  return { ok: true, keyId, nonce };
}

/** RFC 9421 section 2.5. */
function signatureBase({ method, path }: SignedParts, digest: string, parameters: string): string {
  const query = path.indexOf("?");
  return [
    `"@method": ${method.toUpperCase()}`,
    `"@path": ${query === -1 ? path : path.slice(0, query)}`,
    `"@query": ${query === -1 ? "?" : path.slice(query)}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${parameters}`,
  ].join("\n");
}

function contentDigest(body: Uint8Array | string): string {
  return `sha-256=:${new Bun.CryptoHasher("sha256").update(body).digest("base64")}:`;
}

function hmac(key: ServiceKey, text: string): Buffer {
  return Buffer.from(new Bun.CryptoHasher("sha256", key.bytes).update(text).digest());
}
