import { expect, test } from "bun:test";
import fc from "fast-check";
import { badEmailAddress, emailAddress, hostileText, storableText } from "./arbitraries.ts";

test("hostile text holds every kind of trouble within a few hundred samples", () => {
  const sample = fc.sample(hostileText(), { numRuns: 500, seed: 1 });
  const kinds = {
    quote: /['"]/,
    tag: /<script/,
    null: /\0/,
    "control character": /(?![\0\n\r\t])\p{Cc}/u,
    "line break": /\r\n/,
    "right to left": /[\u202E\u05D0-\u05EA]/,
    liquid: /\{\{/,
    "lone surrogate": /[\uD800-\uDFFF](?![\uDC00-\uDFFF])/,
    formula: /^=/,
    long: /^[\s\S]{1000}/,
  };
  const missing = Object.entries(kinds)
    .filter(([, pattern]) => !sample.some((text) => pattern.test(text)))
    .map(([kind]) => kind);
  expect(missing).toEqual([]);
});

test("storable text is what Postgres can store", () => {
  fc.assert(
    fc.property(storableText(), (text) => text.isWellFormed() && !text.includes("\0")),
    { numRuns: 500 },
  );
});

test("good addresses have one @ and stay within their lengths; bad ones are told from them", () => {
  const plain = /^[^\s@<>,:]{1,64}@([a-z0-9-]{1,63}\.)+[a-z]{2,}$/i;
  const isGood = (text: string) => {
    const [local = "", domain = ""] = text.split("@");
    return (
      plain.test(text) &&
      text.length <= 254 &&
      !/^\.|\.\.|\.$/.test(local) &&
      !/^-|\.-|-\.|\.\./.test(domain)
    );
  };
  fc.assert(fc.property(emailAddress(), isGood));
  fc.assert(fc.property(badEmailAddress(), (text) => !isGood(text)));
});
