import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseAddress } from "./address.ts";

function canonicalOf(input: string): string | undefined {
  const parsed = parseAddress(input);
  return parsed.ok ? parsed.canonical : undefined;
}

const label = fc.stringMatching(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,10}[a-zA-Z0-9])?$/);
const topLevel = fc.stringMatching(/^[a-zA-Z]{2,6}$/);
const domain = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), topLevel)
  .map(([labels, last]) => [...labels, last].join("."))
  .filter((name) => !name.toLowerCase().includes("xn--"));
const local = fc
  .array(fc.stringMatching(/^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,15}$/), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join("."))
  .filter((part) => part.length <= 64);
const plain = fc.tuple(local, domain).map(([name, host]) => `${name}@${host}`);

test("every address of RFC 5321's plain form is taken as typed, and lower-cased to compare", () => {
  fc.assert(
    fc.property(plain, (address) => {
      expect(parseAddress(`  ${address}\n`)).toEqual({
        ok: true,
        email: address,
        canonical: address.toLowerCase(),
      });
    }),
  );
});

test("whatever is typed is answered with an address or with a sentence, and an address stays itself", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.constantFrom(
      "@",
      ".",
      "anna",
      "example",
      "com",
      "münchen",
      "İ",
      "ß",
      "ⓔ",
      "。",
      "xn--",
      "1",
      "\0",
      "\ud800",
      "x".repeat(70),
    ),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
      (input) => {
        const parsed = parseAddress(input);
        if (!parsed.ok) {
          expect(parsed.message).toMatch(/^[A-Z].*[.?]$/u);
          return;
        }
        expect(parsed.email).toBe(input.trim());
        expect(canonicalOf(parsed.canonical)).toBe(parsed.canonical);
        expect(parsed.canonical).toMatch(/^[^@\s]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/);
        expect(parsed.canonical.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(parsed.email)).toBeLessThanOrEqual(254);
        expect(Buffer.byteLength(parsed.canonical)).toBeLessThanOrEqual(254);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("two spellings of one address have one canonical form", () => {
  expect(canonicalOf("Anna@Example.COM")).toBe("anna@example.com");
  expect(canonicalOf("anna@MÜNCHEN.example")).toBe("anna@xn--mnchen-3ya.example");
  expect(canonicalOf("anna@xn--mnchen-3ya.example")).toBe("anna@xn--mnchen-3ya.example");
  expect(canonicalOf("anna@example。com")).toBe("anna@example.com");
  expect(canonicalOf("jo\u0308rg@example.com")).toBe("j\u00f6rg@example.com");
});

test("an address of any alphabet has a canonical form that is its own", () => {
  const part = fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(part, part, (name, host) => {
      const canonical = canonicalOf(`${name}@${host}.example`);
      if (canonical !== undefined) expect(canonicalOf(canonical)).toBe(canonical);
    }),
    { numRuns: 5_000, examples: [["\u037eA", "0"]] },
  );
});

test("the sizes of RFC 5321 are counted in octets", () => {
  const host = `${"d".repeat(60)}.`.repeat(3);
  expect(canonicalOf(`${"a".repeat(64)}@example.com`)).toBeDefined();
  expect(canonicalOf(`${"a".repeat(65)}@example.com`)).toBeUndefined();
  expect(canonicalOf(`${"ö".repeat(32)}@example.com`)).toBeDefined();
  expect(canonicalOf(`${"ö".repeat(33)}@example.com`)).toBeUndefined();
  expect(canonicalOf(`${"a".repeat(67 - 4)}@${host}example`)).toBe(
    `${"a".repeat(63)}@${host}example`,
  );
  expect(canonicalOf(`${"a".repeat(64)}@${host}example`)).toBeUndefined();
  expect(canonicalOf(`anna@${"d".repeat(63)}.com`)).toBeDefined();
  expect(canonicalOf(`anna@${"d".repeat(64)}.com`)).toBeUndefined();
});

test.each([
  ["", "Type an email address."],
  ["anna", "There is no @ in it: type an address like anna@example.com."],
  ["anna@b@example.com", "There is more than one @ in it: leave one."],
  ["@example.com", "There is nothing before the @: add the name of the mailbox."],
  ["anna@", "There is nothing after the @: add the domain."],
  ["anna kowalska@example.com", "It has a space in it: take it out."],
  ["anna@example.com\u200b", "It has an invisible character in it: take it out."],
  ["an\0na@example.com", "It has an invisible character in it: take it out."],
  ["anna\r\nBcc:x@example.com", "It has a line break in it: take it out."],
  ['"anna"@example.com', "It has a quotation mark in it: take it out."],
  ["<anna@example.com>", "It has a “<” in it: take it out."],
  ["anna@example.com;", "It has a “;” in it: take it out."],
  [
    "anna.@example.com",
    "A dot stands at an end of the part before the @, or twice in a row: mend it.",
  ],
  [
    "an..na@example.com",
    "A dot stands at an end of the part before the @, or twice in a row: mend it.",
  ],
  ["anna@example..com", "The domain after the @ is not one: look for a slip."],
  ["anna@example.com.", "The domain after the @ is not one: look for a slip."],
  ["anna@-example.com", "The domain after the @ is not one: look for a slip."],
  ["anna@xn--zzzz.example", "The domain after the @ is not one: look for a slip."],
  ["anna@localhost", "The domain after the @ has no dot: is its ending missing?"],
  ["anna@127.0.0.1", "An IP address stands after the @: use the domain's name."],
  ["anna@0x7f.1", "An IP address stands after the @: use the domain's name."],
])("%p is refused with what to do about it", (input, message) => {
  const parsed = parseAddress(input);
  expect(parsed).toEqual({ ok: false, message });
});
