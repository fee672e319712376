import { expect, test } from "bun:test";
import fc from "fast-check";
import { createSignatureSync } from "http-message-sig";
import { MAX_SKEW_MS, type ServiceKey, sign, type SignedParts, verify } from "./signing.ts";

const key: ServiceKey = { id: "k1", bytes: new Uint8Array(32).fill(7) };
const parts: SignedParts = { method: "POST", path: "/v1/batches?x=1", body: '{"a":1}' };
const now = Date.UTC(2026, 10, 24);
const nonce = "nonce-nonce-nonce-1";

function verdictOf(
  changed: Partial<SignedParts>,
  headers: Record<string, string>,
  keys = [key],
  at = now,
) {
  return verify({ ...parts, ...changed }, new Headers(headers), keys, at);
}

test("a signed call is taken by whoever has the key", () => {
  expect(verdictOf({}, sign(parts, key, now, nonce))).toEqual({ ok: true, keyId: "k1", nonce });
});

test("a change of the method, path, query or body is found", () => {
  const headers = sign(parts, key, now, nonce);
  const altered = { ok: false, why: "altered" } as const;
  expect(verdictOf({ method: "PUT" }, headers)).toEqual(altered);
  expect(verdictOf({ path: "/v1/batchez?x=1" }, headers)).toEqual(altered);
  expect(verdictOf({ path: "/v1/batches?x=2" }, headers)).toEqual(altered);
  expect(verdictOf({ body: '{"a":2}' }, headers)).toEqual(altered);
});

test("a digest that was replaced together with the body does not help a forger", () => {
  const other = { ...parts, body: '{"a":2}' };
  const forged = {
    ...sign(parts, key, now, nonce),
    "content-digest": sign(other, key, now, nonce)["content-digest"]!,
  };
  expect(verdictOf({ body: other.body }, forged)).toEqual({ ok: false, why: "altered" });
});

test("a call is believed for a minute either way, and with any key that is still valid", () => {
  const older: ServiceKey = { id: "k0", bytes: new Uint8Array(32).fill(1) };
  const headers = sign(parts, older, now, nonce);
  expect(verdictOf({}, headers, [key, older]).ok).toBe(true);
  expect(verdictOf({}, headers, [key])).toEqual({ ok: false, why: "unknown key" });
  expect(verdictOf({}, headers, [older], now + MAX_SKEW_MS + 1_000)).toEqual({
    ok: false,
    why: "too old or too new",
  });
  expect(verdictOf({}, headers, [older], now - MAX_SKEW_MS - 1_000)).toEqual({
    ok: false,
    why: "too old or too new",
  });
});

test("a key of the same name with other bytes is no key", () => {
  const impostor: ServiceKey = { id: "k1", bytes: new Uint8Array(32).fill(9) };
  expect(verdictOf({}, sign(parts, impostor, now, nonce))).toEqual({ ok: false, why: "altered" });
});

test("headers of any shape are refused, never thrown at", () => {
  const good = sign(parts, key, now, nonce);
  const value = fc.oneof(
    fc.string({ unit: "grapheme-ascii" }),
    fc.constantFrom(...Object.values(good)),
  );
  fc.assert(
    fc.property(value, value, value, (digest, input, signature) => {
      const headers = new Headers({
        "content-digest": digest.trim(),
        "signature-input": input.trim(),
        signature: signature.trim(),
      });
      const taken = verify(parts, headers, [key], now).ok;
      expect(taken).toBe(
        headers.get("content-digest") === good["content-digest"] &&
          headers.get("signature-input") === good["signature-input"] &&
          headers.get("signature") === good["signature"],
      );
    }),
  );
});

test("another implementation of RFC 9421 makes the same signature and takes ours", async () => {
  const mac = (data: Uint8Array) =>
    new Uint8Array(new Bun.CryptoHasher("sha256", key.bytes).update(data).digest());
  const ours = sign(parts, key, now, nonce);
  const theirs = createSignatureSync(
    new Request(`https://mail.example.com${parts.path}`, {
      method: parts.method,
      headers: { "content-digest": ours["content-digest"]! },
    }),
    {
      label: "mw",
      components: ["@method", "@path", "@query", "content-digest"],
      parameters: { created: now / 1000, nonce, keyid: key.id, alg: "hmac-sha256" },
      signer: { algorithm: "hmac-sha256", sign: mac },
    },
  );
  expect(theirs).toEqual({
    signature: ours["signature"]!,
    signatureInput: ours["signature-input"]!,
  });
});
