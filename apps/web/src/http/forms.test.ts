import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import fc from "fast-check";
import {
  Changes,
  Input,
  line,
  optionalLine,
  parseForm,
  parseQuery,
  SECRET,
  VERBATIM,
} from "./forms.ts";
import { faultsOf } from "./messages.ts";

const Kind = Type.Union([Type.Literal("html"), Type.Literal("text")]);
const Sample = Input({
  name: line("Name"),
  last_name: optionalLine("Last name", 5),
  size: Type.Integer({ title: "Size", minimum: 1, maximum: 9 }),
  rate: Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Null()]),
  kind: Kind,
  agreed: Type.Boolean(),
  ids: Type.Array(Type.String(), { maxItems: 2 }),
  body: Type.String({ ...VERBATIM, maxLength: 100, default: "" }),
  note: Type.Optional(Type.String({ maxLength: 10 })),
});

test("a form becomes values: trimmed, blanks their defaults or missing, boxes true, repeated fields lists", () => {
  const form = new URLSearchParams(
    "_csrf=x&name=+Anna+&size=3&kind=html&agreed=on&ids=a&ids=b&body=+one%0D%0Atwo+&note=&rate=",
  );
  const posted = parseForm(Sample, form);
  expect(posted.ok && posted.value).toEqual({
    name: "Anna",
    last_name: "",
    size: 3,
    rate: null,
    kind: "html",
    agreed: true,
    ids: ["a", "b"],
    body: " one\ntwo ",
  });
});

test("what does not fit is told at its field, and what was typed is kept", () => {
  const form = new URLSearchParams(
    "name=+&size=x&kind=zip&ids=1&ids=2&ids=3&last_name=abcdefgh&rate=0&note=12345678901",
  );
  expect(parseForm(Sample, form)).toEqual({
    ok: false,
    unsaved: true,
    values: {
      name: " ",
      size: "x",
      kind: "zip",
      last_name: "abcdefgh",
      rate: "0",
      note: "12345678901",
    },
    lists: { ids: ["1", "2", "3"] },
    errors: {
      name: "Fill in the name.",
      last_name: "Use at most 5 characters; these are 8.",
      size: "Use a whole number.",
      rate: "Use a number above 0.",
      kind: "Choose one of: html, text.",
      ids: "Choose at most 2; these are 3.",
      note: "Use at most 10 characters; these are 11.",
    },
  });
});

test("a good form can be refused by what only the domain knows, and a secret is not sent back", () => {
  const SignUp = Input({ name: line("Name"), password: Type.String(SECRET) });
  const posted = parseForm(SignUp, new URLSearchParams("name=Anna&password=+hunter2+"));
  expect(posted.ok && posted.value).toEqual({ name: "Anna", password: " hunter2 " });
  expect(posted.ok && posted.refuse({ name: "This is taken." })).toEqual({
    ok: false,
    unsaved: true,
    values: { name: "Anna" },
    lists: {},
    errors: { name: "This is taken." },
  });
});

test("whatever is posted, the answer is a value that fits the schema or a message for every fault", () => {
  const names = fc.constantFrom(...Object.keys(Sample.properties), "__proto__", "constructor", "x");
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("", "on", "1e999", "-1", "NaN", "html"),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(names, text)), (pairs) => {
      const posted = parseForm(Sample, new URLSearchParams(pairs));
      if (posted.ok) expect(Value.Check(Sample, posted.value)).toBe(true);
      else
        expect(Object.values(posted.errors).every((message) => /^[A-Z].*\.$/.test(message))).toBe(
          true,
        );
    }),
  );
});

test("a query is brought within its bounds, and what does not fit is passed over", () => {
  const Query = Input({
    size: Type.Integer({ minimum: 1, maximum: 9, default: 3 }),
    q: Type.Optional(Type.String({ maxLength: 3 })),
    kind: Type.Optional(Kind),
  });
  const read = (search: string) => parseQuery(Query, new Request(`http://localhost/${search}`));
  expect(read("?size=100&q=abcd&kind=zip")).toEqual({ size: 9 });
  expect(read("?size=x&q=ab&kind=text")).toEqual({ size: 3, q: "ab", kind: "text" });
  expect(read("?size=-7&q=&size=1.5")).toEqual({ size: 3 });
  expect(read("")).toEqual({ size: 3 });
});

test("changes are the same fields, each of which may be left out and none of which is made up", () => {
  const Patch = Changes(Sample);
  expect(Value.Default(Patch, {})).toEqual({});
  expect(faultsOf(Patch, { last_name: "" })).toEqual({});
  expect(faultsOf(Patch, { name: "", surname: "x" })).toEqual({
    name: "Fill in the name.",
    surname: "There is no such field: look for a slip, or leave it out.",
  });
});
