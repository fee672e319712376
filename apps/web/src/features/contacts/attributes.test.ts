import { expect, test } from "bun:test";
import fc from "fast-check";
import { hostileText } from "@mailwright/testing";
import { checkAttributes, keyFault, keyOf, readValue, sizeFault } from "./attributes.ts";
import { foreignCell, textCell, textOfCell, valueCell, valueOfCell } from "./cells.ts";

test.each([
  ["Postal code", "postal_code"],
  ["  City ", "city"],
  ["Größe (cm)", "grosse_cm"],
  ["Łódź", "lodz"],
  ["2nd phone", "x_2nd_phone"],
  ["E-Mail", "e_mail"],
  ["first_name", "first_name_2"],
  ["ID", "id_2"],
  ["名前", undefined],
  ["", undefined],
  ["x".repeat(80), "x".repeat(50)],
])("the heading %p makes the key %p", (heading, key) => {
  expect(keyOf(heading)).toBe(key);
});

test("whatever heads a column makes a good key or none", () => {
  fc.assert(
    fc.property(hostileText(), (heading) => {
      const key = keyOf(heading);
      if (key !== undefined) expect(keyFault(key)).toBeUndefined();
    }),
  );
});

test.each([
  ["42", 42],
  ["-5", -5],
  ["0.5", 0.5],
  ["true", true],
  ["FALSE", false],
  ["0049", "0049"],
  ["1.50", "1.50"],
  ["-0", "-0"],
  ["1e5", "1e5"],
  ["9007199254740993", "9007199254740993"],
  ["12345678901234567890", "12345678901234567890"],
  ["Infinity", "Infinity"],
  ["yes", "yes"],
  ["", ""],
])("%p is read as %p", (text, value) => {
  expect(readValue(text)).toBe(value);
});

test("attributes are kept trimmed, without blanks, and each bad one is named", () => {
  const given = {
    city: " Kraków ",
    street: "Długa 1\r\n2. piętro",
    age: 30,
    vip: false,
    gone: null,
    empty: "  ",
    email: "x",
    "Bad Key": "x",
    list: ["x"],
    long: "x".repeat(2_001),
  };
  const { kept, blank, faults } = checkAttributes(given);
  expect(kept).toEqual({ city: "Kraków", street: "Długa 1\n2. piętro", age: 30, vip: false });
  expect(blank).toEqual(["gone", "empty"]);
  expect(Object.keys(faults)).toEqual(["email", "Bad Key", "list", "long"]);
  expect(sizeFault(kept)).toBeUndefined();
});

test("keys that every object has are no way into it", () => {
  const { kept, faults } = checkAttributes(JSON.parse('{"__proto__": "x", "constructor": "y"}'));
  expect(Object.keys(faults)).toEqual(["__proto__"]);
  expect(Object.getPrototypeOf(faults)).toBe(Object.prototype);
  expect(kept).toEqual({ constructor: "y" });
});

test("too many attributes, or too long ones, are refused together", () => {
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`k${n}`, n]));
  expect(sizeFault(many)).toContain("at most 100 attributes");
  const long = Object.fromEntries(
    Array.from({ length: 9 }, (_, n) => [`k${n}`, "x".repeat(2_000)]),
  );
  expect(sizeFault(long)).toContain("too long together");
});

test("a cell that goes out comes back as what it was, and is no formula", () => {
  const attribute = fc.oneof(
    hostileText().filter((text) => text !== ""),
    fc.constantFrom("42", "'42", "''=1", "true", "'TRUE", "-5", "'-5", "'t Hooft", "'"),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
    fc.boolean(),
  );
  fc.assert(
    fc.property(attribute, hostileText(), (value, text) => {
      expect(valueOfCell(valueCell(value))).toBe(value);
      expect(textOfCell(textCell(text))).toBe(text);
      for (const cell of [valueCell(value), textCell(text), foreignCell(text)])
        if (Number.isNaN(Number(cell))) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
    }),
    { numRuns: 2_000 },
  );
});
