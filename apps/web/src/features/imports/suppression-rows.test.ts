import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readSuppression, takeBack } from "../suppressions/suppressions.ts";
import {
  countsOf,
  type ImportingContext,
  importingContext,
  rejectsOf,
} from "./fixtures/imports.ts";
import { everything, imported, nobodySuppressed } from "./fixtures/suppressions.ts";

let context: ImportingContext;
beforeAll(async () => {
  context = await importingContext();
}, 30_000);
beforeEach(() => nobodySuppressed(context));
afterAll(() => context[Symbol.asyncDispose]());

test("what is suppressed already is never weakened, and keeps the earlier time", async () => {
  await imported(
    context,
    "email,reason,origin,since\nanna@example.com,complained,A,2026-02-01\nben@example.com,manual,B,2026-02-01\neva@example.com,bounced,C,2026-02-01\n",
  );
  const done = await imported(
    context,
    "email,reason,origin,since\nanna@example.com,manual,X,2026-01-01\nben@example.com,bounced,Y,2026-03-01\neva@example.com,bounced,Z,2026-03-01\nben@example.com,unsubscribed,Y2,\nnew@example.com,manual,N,2026-03-01\nnew@example.com,bounced,N2,2026-02-01\nold@example.com,bounced,O,2026-02-01\nold@example.com,bounced,O2,2026-03-01\n",
  );
  expect(countsOf(done)).toEqual({ rows: 8, inserted: 2, updated: 2, skipped: 4, rejected: 0 });
  expect(
    (await everything(context)).map(({ email, reason, origin, since }) =>
      [email.split("@")[0], reason, origin, since.slice(0, 10)].join(" "),
    ),
  ).toEqual([
    "anna complained A 2026-01-01",
    "ben unsubscribed Y2 2026-02-01",
    "eva bounced C 2026-02-01",
    "new bounced N2 2026-02-01",
    "old bounced O 2026-02-01",
  ]);
});

test("of two rows of one address the reason that weighs less counts once the other is taken back, as if they came in two files", async () => {
  const rows = {
    anna: ["unsubscribed,A", "manual,B", "complained,C", "manual,D", "bounced,E"],
    ben: ["manual,A", "manual,B", "complained,C"],
    eva: ["complained,A", "bounced,B", "bounced,C"],
  };
  const left = async (file: readonly string[]) => {
    await nobodySuppressed(context);
    for (const lines of file) await imported(context, `email,reason,origin\n${lines}\n`);
    const addresses = Object.keys(rows).map((name) => `${name}@example.com`);
    await takeBack(context.db, addresses, "complained");
    return (await everything(context)).map(({ reason, origin }) => `${reason},${origin}`);
  };
  const lines = Object.entries(rows).flatMap(([name, said]) =>
    said.map((each) => `${name}@example.com,${each}`),
  );
  const expected = ["unsubscribed,A", "manual,A", "bounced,B"];
  expect(await left(lines)).toEqual(expected);
  expect(await left([lines.join("\n")])).toEqual(expected);
});

test("what a file has of an address beside its reason weighs against what is there", async () => {
  await imported(context, "email,reason,origin\nanna@example.com,bounced,A\n");
  const done = await imported(
    context,
    "email,reason,origin\nanna@example.com,unsubscribed,B\nanna@example.com,complained,C\n",
  );
  expect(countsOf(done)).toEqual({ rows: 2, inserted: 0, updated: 1, skipped: 1, rejected: 0 });
  for (const reason of ["complained", "unsubscribed"] as const)
    await takeBack(context.db, ["anna@example.com"], reason);
  expect(await everything(context)).toEqual([]);
});

test("rows that cannot be taken come back as a CSV, and are taken once they are mended", async () => {
  const done = await imported(
    context,
    [
      "email,reason,since",
      "anna@example.com,bounced,2026-01-31",
      "nobody,bounced,",
      ",bounced,",
      "ben@example.com,angry,",
      "eva@example.com,,yesterday",
      "max@example.com,manual,2026-02-30T00:00:00Z",
      "o@example.com,manual,2026-01-01,more",
      '"open@example.com,bounced',
      "",
    ].join("\n"),
  );
  expect(countsOf(done)).toMatchObject({ rows: 8, inserted: 1, rejected: 7 });
  const file = `${(await rejectsOf(context, done)).join("\r\n")}\r\n`;
  const time = '"The time has to be like 2026-07-31 or 2026-07-31T09:00:00Z, and not before 1970."';
  expect(file.trimEnd().split("\r\n")).toEqual([
    "line,reason,email,reason,since",
    "3,There is no @ in it: type an address like anna@example.com.,nobody,bounced,",
    "4,There is no email address.,,bounced,",
    '5,"The reason has to be one of manual, bounced, unsubscribed, complained.",ben@example.com,angry,',
    `6,${time},eva@example.com,,yesterday`,
    `7,${time},max@example.com,manual,2026-02-30T00:00:00Z`,
    '8,"The row has 4 cells, and there are 3 columns: is a separator in a cell that has no quotes around it?",o@example.com,manual,2026-01-01,more',
    '9,A quotation mark is opened here and never closed.,"""open@example.com,bounced",,',
  ]);
  const again = await imported(
    context,
    file.replace("angry", "Complained").replace("yesterday", ""),
  );
  expect(countsOf(again)).toMatchObject({ inserted: 2, rejected: 5 });
  expect((await readSuppression(context.db, "ben@example.com"))?.reason).toBe("complained");
});

describe("files as people have them", () => {
  test.each([
    ["one column of addresses", "a@example.com\nb@example.com\n"],
    ["with a heading that says nothing", "who\na@example.com\nb@example.com\n"],
    ["an export of contacts", "email,name,city\na@example.com,A,Wien\nb@example.com,B,Graz\n"],
    [
      "two columns that are named so",
      "E-Mail,Mail,email\nnone,a@example.com,\n,b@example.com,b@example.org\n",
    ],
    ["semicolons and quotes", '"Name";"E-Mail"\r\n"A";"a@example.com"\r\n"B";"b@example.com"'],
    ["UTF-16", Buffer.from("\ufeffemail\na@example.com\nb@example.com\n", "utf16le")],
    ["NULs, and both twice", "a@exa\0mple.com\nb@example.com\nA@example.com\nb@example.com\n"],
  ])("%s", async (_, content) => {
    await imported(context, content);
    expect(
      (await everything(context)).map(({ email, reason, origin }) => [email, reason, origin]),
    ).toEqual([
      ["a@example.com", "manual", "Anna"],
      ["b@example.com", "manual", "Anna"],
    ]);
  });

  test("garbage ends with nothing taken and every row told of, or is refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (noise) => {
        const content = Buffer.concat([Buffer.from("email,reason,since\n"), noise]);
        const done = await imported(context, content);
        const { rows, inserted, updated, skipped, rejected } = done;
        expect(done.state).toBe("done");
        expect(inserted + updated + skipped + rejected).toBe(rows);
        expect((await rejectsOf(context, done)).length).toBeGreaterThan(rejected > 0 ? 1 : 0);
      }),
      { numRuns: 20 },
    );
  }, 120_000);
});
