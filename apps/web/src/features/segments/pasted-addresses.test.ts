import { expect, test } from "bun:test";
import fc from "fast-check";
import { parsePasted } from "./pasted-addresses.ts";

function canonicalIn(text: string): string[] {
  return [...parsePasted(text).addresses.keys()];
}

test.each([
  ["anna@example.com\nbob@example.com\r\ncarla@example.com"],
  ["anna@example.com, bob@example.com;carla@example.com,"],
  ['"Kowalska, Anna" <anna@example.com>, Bob <bob@example.com>; <carla@example.com>'],
  ["Anna\tKowalska\tanna@example.com\nBob\tBrown\tbob@example.com\n'carla@example.com'"],
  ["ANNA@Example.com anna@example.com bob@example.com carla@example.com"],
  ["Anna <anna@example.com> Bob <bob@example.com> carla@example.com"],
  ['anna@example.com <bob@example.com>\n"carla@home" <carla@example.com>'],
])("addresses are found in %j", (text) => {
  expect(canonicalIn(text)).toEqual(["anna@example.com", "bob@example.com", "carla@example.com"]);
  expect(parsePasted(text).faults).toEqual([]);
});

test("an apostrophe in an address is its own, and around it is none of it", () => {
  expect(canonicalIn("o'neill@example.com 'd'arcy@example.com'")).toEqual([
    "o'neill@example.com",
    "d'arcy@example.com",
  ]);
});

test("empty brackets are told of", () => {
  expect(parsePasted("Anna <>, Bob < >").faults.map(({ text }) => text)).toEqual([
    "Anna <>",
    "Bob < >",
  ]);
});

test("what is no address is told with what is wrong with it, and the others are taken", () => {
  expect(parsePasted("anna@example.com, Bob, carla@@example.com")).toEqual({
    addresses: new Map([["anna@example.com", "anna@example.com"]]),
    faults: [
      { text: "Bob", message: "There is no @ in it: type an address like anna@example.com." },
      { text: "carla@@example.com", message: "There is more than one @ in it: leave one." },
    ],
  });
});

test("whatever is pasted, every part of it is an address or a fault, and none is made up", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 10 }),
    fc.constantFrom("<", ">", '"', ",", ";", "\n", " ", "@", "anna@example.com", "<b@example.com>"),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
      (text) => {
        const { addresses, faults } = parsePasted(text);
        for (const typed of [...addresses.values(), ...faults.map((fault) => fault.text)])
          expect(text).toContain(typed);
      },
    ),
    { numRuns: 1_000, examples: [['\0""<'], ['"a,b" <'], ['"a,b" c <d@example.com>']] },
  );
});

test("a megabyte without an address in it takes no longer than reading it", () => {
  const startedAt = performance.now();
  parsePasted('"'.repeat(500_000) + "<".repeat(500_000));
  parsePasted(`@${"'".repeat(500_000)}a`);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
