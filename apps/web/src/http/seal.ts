import { hkdfSync, timingSafeEqual } from "node:crypto";
import type { NamedKey } from "@mailwright/platform";

/** What a sealed text is for. A text that was sealed for one purpose opens for no other. */
export type Purpose = "session" | "csrf" | "kept" | "flash" | "better-auth" | "idempotency";

/** Makes and checks proofs that we wrote something which a browser keeps for us. They prove; they do not hide. */
export interface Seals {
  /** The proof of a text, by the newest key. */
  proof(purpose: Purpose, text: string): string;
  /** Whether a proof is ours; `old` when a key other than the newest made it, so that it should be made anew. */
  check(purpose: Purpose, text: string, proof: string): "good" | "old" | "bad";
  /** The text with its proof. */
  seal(purpose: Purpose, text: string): string;
  /** The text, if its proof is ours. */
  open(purpose: Purpose, sealed: string): { text: string; old: boolean } | undefined;
}

/**
 * Seals with secrets derived from the service keys (HKDF, one secret a key and purpose), so that there is no further
 * secret to keep. Keys are rotated by putting a new one first and taking the old one away later: between the two steps
 * whoever comes by gets a cookie of the new key, so only those who stayed away all that time have to sign in again.
 */
export function createSeals(keys: readonly NamedKey[]): Seals {
  const secrets = new Map<Purpose, Uint8Array[]>();
  function secretsFor(purpose: Purpose): Uint8Array[] {
    const known = secrets.get(purpose) ?? keys.map((key) => derive(key, purpose));
    secrets.set(purpose, known);
    return known;
  }

  const proofs = (purpose: Purpose, text: string) =>
    secretsFor(purpose).map((secret) => hmac(secret, text));

  const seals: Seals = {
    proof(purpose, text) {
      const [secret] = secretsFor(purpose);
      if (secret === undefined) throw new Error("there is no key to seal with");
      return hmac(secret, text);
    },
    check(purpose, text, proof) {
      const index = proofs(purpose, text).findIndex((expected) => same(expected, proof));
      return index === 0 ? "good" : index > 0 ? "old" : "bad";
    },
    seal: (purpose, text) =>
      `${Buffer.from(text).toString("base64url")}.${seals.proof(purpose, text)}`,
    open(purpose, sealed) {
      const dot = sealed.indexOf(".");
      if (dot === -1) return undefined;
      const text = Buffer.from(sealed.slice(0, dot), "base64url").toString();
      const verdict = seals.check(purpose, text, sealed.slice(dot + 1));
      return verdict === "bad" ? undefined : { text, old: verdict === "old" };
    },
  };
  return seals;
}

function derive(key: NamedKey, purpose: Purpose): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", key.bytes, "", `mailwright web ${purpose}`, 32));
}

function hmac(secret: Uint8Array, text: string): string {
  return new Bun.CryptoHasher("sha256", secret).update(text).digest("base64url");
}

function same(expected: string, given: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}
