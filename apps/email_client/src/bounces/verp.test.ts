import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import fc from "fast-check";
import { BOUNCE_LOCAL_LENGTH, createVerp } from "./verp.ts";

const key = (id: string, fill: number) => ({ id, bytes: new Uint8Array(32).fill(fill) });
const GATEWAY = newId();
const EMAIL = newId();
const OLD = createVerp([key("old", 1)]);

test("an address leads back to its email, in whatever case it comes and wherever it stands", () => {
  const address = OLD.address("bounces@example.com", GATEWAY, EMAIL);
  expect(address).toMatch(/^bounces\+[0-9a-v]{42}@example\.com$/);
  for (const text of [
    address,
    address.toUpperCase(),
    `To: "Bounces" <${address}>, ann@example.com`,
  ])
    expect(OLD.emailIn(text, GATEWAY)).toBe(EMAIL);
});

test("the longest local part makes an address that every server takes", () => {
  const local = OLD.address(`${"b".repeat(BOUNCE_LOCAL_LENGTH)}@example.com`, GATEWAY, EMAIL);
  expect(local.indexOf("@")).toBe(64);
});

test("a key that was rotated away from is still believed, and one that is gone is not", () => {
  const address = OLD.address("bounces@example.com", GATEWAY, EMAIL);
  expect(createVerp([key("new", 2), key("old", 1)]).emailIn(address, GATEWAY)).toBe(EMAIL);
  expect(createVerp([key("new", 2)]).emailIn(address, GATEWAY)).toBeUndefined();
});

test("an address of another gateway names nothing here", () => {
  const address = OLD.address("bounces@example.com", newId(), EMAIL);
  expect(OLD.emailIn(address, GATEWAY)).toBeUndefined();
});

test("the key itself makes no token: what makes them is derived for bounce addresses alone", () => {
  const bytes = Buffer.from(EMAIL.replaceAll("-", ""), "hex");
  const mac = new Bun.CryptoHasher("sha256", new Uint8Array(32).fill(1))
    .update(`${GATEWAY}/`)
    .update(bytes)
    .digest();
  const token = BigInt(
    `0x${Buffer.concat([bytes, Buffer.from(mac).subarray(0, 10)]).toString("hex")}`,
  );
  const forged = `bounces+${token.toString(32).padStart(42, "0")}@example.com`;
  expect(OLD.emailIn(forged, GATEWAY)).toBeUndefined();
});

test("no digit of a token can be changed", () => {
  const address = OLD.address("bounces@example.com", GATEWAY, EMAIL);
  const start = "bounces+".length;
  for (let at = start; at < start + 42; at++) {
    const other = address[at] === "7" ? "8" : "7";
    const changed = `${address.slice(0, at)}${other}${address.slice(at + 1)}`;
    expect(OLD.emailIn(changed, GATEWAY)).toBeUndefined();
  }
});

test("one good address is found behind a few that are not, and a text full of bad ones is given up", () => {
  const good = OLD.address("bounces@example.com", GATEWAY, EMAIL);
  const bad = `bounces+${"v".repeat(42)}@example.com `;
  expect(OLD.emailIn(`${bad.repeat(5)}${good}`, GATEWAY)).toBe(EMAIL);
  expect(OLD.emailIn(`${bad.repeat(100)}${good}`, GATEWAY)).toBeUndefined();
});

test("fuzzed: made-up tokens name nothing, and every email's own names it", () => {
  const digits = fc.string({
    unit: fc.constantFrom(..."0123456789abcdefghijklmnopqrstuv"),
    minLength: 42,
    maxLength: 42,
  });
  fc.assert(
    fc.property(digits, fc.uuid(), fc.uuid(), (token, gateway, email) => {
      expect(OLD.emailIn(`b+${token}@example.com`, gateway)).toBeUndefined();
      expect(OLD.emailIn(OLD.address("b@example.com", gateway, email), gateway)).toBe(email);
    }),
  );
});
