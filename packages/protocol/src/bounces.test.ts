import { expect, test } from "bun:test";
import fc from "fast-check";
import { BOUNCE_CLASSES, bounceClass, ENHANCED_STATUS, enhancedStatusIn } from "./bounces.ts";

test.each([
  ["5.1.1", "hard"],
  ["5.1.2", "hard"],
  ["5.1.10", "hard"],
  ["5.2.1", "hard"],
  ["5.4.4", "hard"],
  ["5.2.2", "soft"],
  ["4.2.2", "soft"],
  ["5.3.0", "soft"],
  ["4.4.1", "soft"],
  ["5.7.1", "block"],
  ["5.7.26", "block"],
  ["5.7.515", "block"],
  ["4.7.0", "block"],
  ["5.1.8", "block"],
  ["5.3.4", "block"],
  ["5.6.1", "block"],
] as const)("%s is %s, whatever the provider calls it", (status, wanted) => {
  expect(BOUNCE_CLASSES.map((said) => bounceClass(status, said))).toEqual([wanted, wanted, wanted]);
});

test.each([undefined, "5.0.0", "5.1.0", "5.5.0"])(
  "%s says nothing, so it is what the provider says",
  (status) => {
    expect(BOUNCE_CLASSES.map((said) => bounceClass(status, said))).toEqual([...BOUNCE_CLASSES]);
  },
);

test.each([
  ["550 5.1.1 no such user", "5.1.1"],
  ["smtp; 550-5.7.26 This mail", "5.7.26"],
  ["from 10.5.1.1 refused", undefined],
  ["550 no such user", undefined],
  ["version 4.1.2.3", undefined],
  ["", undefined],
])("the status in %j is %p", (words, wanted) => {
  expect(enhancedStatusIn(words)).toBe(wanted);
});

test("fuzzed: what is found in any words is a status", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.- abcé\n") }), (words) => {
      const status = enhancedStatusIn(words);
      if (status !== undefined) expect(status).toMatch(new RegExp(ENHANCED_STATUS));
    }),
  );
});
