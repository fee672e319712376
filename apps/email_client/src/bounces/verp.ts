import { hkdfSync, timingSafeEqual } from "node:crypto";
import { idBytes, idOfBytes, type NamedKey } from "@mailwright/platform";

/**
 * Envelope addresses by which a bounce names the email that it is of (VERP): `bounces+<token>@example.com`. The token is the
 * email's id and a MAC over it and its gateway, so nobody can make up a bounce of an email that they were not sent; whoever
 * was sent it can tell of that one alone.
 */
export interface Verp {
  /** Where bounces of this email go. */
  address(bounceAddress: string, gateway: string, email: string): string;
  /** The email of the first address in a text that `gateway` made; undefined when there is none. */
  emailIn(text: string, gateway: string): string | undefined;
}

const ID_BYTES = 16;
/** 80 bits: whoever guesses has to send a mail for each guess. */
const MAC_BYTES = 10;
/** In base 32, of digits and letters alone, since a server may write an address in other letters, upper or lower. */
const TOKEN_LENGTH = Math.ceil(((ID_BYTES + MAC_BYTES) * 8) / 5);
const TOKEN = /\+([0-9a-v]{42})@/gi;
/** Checked in one text; a mail made of nothing but tokens costs no more than this. */
const CANDIDATES = 20;

/** RFC 5321 4.5.3.1.1, less the token and its plus. */
export const BOUNCE_LOCAL_LENGTH = 64 - TOKEN_LENGTH - 1;

/**
 * `keys`: newest first; the newest makes the tokens, all of them are believed. They are CREDENTIALS_KEYS, which the email
 * client alone has: web, which never makes or reads such an address, could not forge one either. Each is used through a key
 * that is derived for this purpose alone (RFC 5869).
 */
export function createVerp(keys: readonly NamedKey[]): Verp {
  const derived = keys.map(({ bytes }) =>
    Buffer.from(hkdfSync("sha256", bytes, "", "mailwright bounce address", 32)),
  );
  const [newest] = derived;
  if (newest === undefined) throw new Error("bounce addresses need at least one key");

  function isOurs(id: Buffer, mac: Buffer, gateway: string): boolean {
    return derived.some((key) => timingSafeEqual(mac, macOf(key, gateway, id)));
  }

  return {
    address(bounceAddress, gateway, email) {
      const id = idBytes(email);
      const token = encode(Buffer.concat([id, macOf(newest, gateway, id)]));
      const at = bounceAddress.lastIndexOf("@");
      return `${bounceAddress.slice(0, at)}+${token}${bounceAddress.slice(at)}`;
    },
    emailIn(text, gateway) {
      let candidates = 0;
      for (const [, token = ""] of text.matchAll(TOKEN)) {
        if (candidates++ === CANDIDATES) return undefined;
        const bytes = decode(token);
        const id = bytes?.subarray(0, ID_BYTES);
        if (bytes && id && isOurs(id, bytes.subarray(ID_BYTES), gateway)) return idOfBytes(id);
      }
      return undefined;
    },
  };
}

function macOf(key: Buffer, gateway: string, id: Buffer): Buffer {
  const mac = new Bun.CryptoHasher("sha256", key).update(`${gateway}/`).update(id).digest();
  return Buffer.from(mac).subarray(0, MAC_BYTES);
}

function encode(bytes: Buffer): string {
  return BigInt(`0x${bytes.toString("hex")}`)
    .toString(32)
    .padStart(TOKEN_LENGTH, "0");
}

function decode(token: string): Buffer | undefined {
  let value = 0n;
  for (const digit of token) value = value * 32n + BigInt(Number.parseInt(digit, 32));
  const hex = value.toString(16).padStart((ID_BYTES + MAC_BYTES) * 2, "0");
  // 42 digits have two bits more than 26 bytes.
  return hex.length === (ID_BYTES + MAC_BYTES) * 2 ? Buffer.from(hex, "hex") : undefined;
}
