import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import {
  countsOf,
  empty,
  everybody,
  imported,
  type ImportingContext,
  importingContext,
  inPieces,
  rejectsOf,
  uploaded,
} from "./fixtures/imports.ts";
import { layoutOf, readImport } from "./imports.ts";
import { receiveFile } from "./upload.ts";

let context: ImportingContext;
beforeAll(async () => {
  context = await importingContext();
}, 30_000);
beforeEach(() => empty(context));
afterAll(() => context[Symbol.asyncDispose]());

describe("files as people have them", () => {
  test.each([
    ["CRLF", "email,city\r\na@example.com,Łódź\r\n"],
    ["CR alone", "email,city\ra@example.com,Łódź\r"],
    ["no line end at the end", "email,city\na@example.com,Łódź"],
    ["a byte order mark", "\ufeffemail,city\na@example.com,Łódź\n"],
    ["UTF-16", Buffer.from("\ufeffemail,city\na@example.com,Łódź\n", "utf16le")],
    ["NULs", "em\0ail,city\na@exa\0mple.com,Łódź\0\n"],
    ["tabs", "email\tcity\na@example.com\tŁódź\n"],
    ["bars", "email|city\na@example.com|Łódź\n"],
    ["quotes everywhere", '"email","city"\n"a@example.com","Łódź"\n'],
    ["blank lines and rows", "\n\nemail,city\n\na@example.com,Łódź\n,\n\n"],
    ["ragged rows", "email,city\na@example.com,Łódź,,\n"],
    ["a heading that says nothing", "who,city\na@example.com,Łódź\n"],
    ["the address last", "city,email\nŁódź,a@example.com\n"],
  ])("%s", async (_, content) => {
    const done = await imported(context, content);
    expect(countsOf(done)).toEqual({ rows: 1, inserted: 1, updated: 0, skipped: 0, rejected: 0 });
    expect(await everybody(context)).toEqual([
      {
        email: "a@example.com",
        name: "",
        first_name: "",
        last_name: "",
        attributes: { city: "Łódź" },
        segments: [],
      },
    ]);
  });

  test("one column of addresses, without a heading", async () => {
    const done = await imported(context, "a@example.com\nb@example.com\n");
    expect(countsOf(done)).toMatchObject({ rows: 2, inserted: 2 });
  });

  test("columns with one heading each get a key of their own", async () => {
    const { mapping } = await uploaded(
      context,
      "Email,Email,City,City,,\nx,a@example.com,1,2,3,\n",
    );
    expect(mapping).toEqual(["email_2", "email", "city", "city_2", "column_5", null]);
  });

  test("a separator that is none finds no more columns than anybody can name", async () => {
    const bars = "1|".repeat(50_000);
    const { id } = await uploaded(context, `email,${bars}\na@example.com,x\n`);
    const source = await readImport(context.db, id);
    if (source === undefined) throw new Error("it is gone");
    expect([source.separator, source.headings.length]).toEqual([",", 2]);
    for (const hasHeader of [true, false]) {
      const { mapping } = await layoutOf(context.db, source, { separator: "|", hasHeader });
      expect(mapping).toHaveLength(1_001);
    }
  });

  test("Windows-1252", async () => {
    const bytes = Buffer.from("email,city\na@example.com,Köln\n", "latin1");
    const done = await imported(context, bytes);
    expect(done.encoding).toBe("windows-1252");
    expect((await everybody(context))[0]?.attributes).toEqual({ city: "Köln" });
  });

  test("a huge cell, and a file of one endless line, cost only themselves", async () => {
    const huge = "x".repeat(3_000_000);
    const done = await imported(context, `email,note\na@example.com,${huge}\nb@example.com,ok\n`);
    expect(countsOf(done)).toEqual({ rows: 2, inserted: 1, updated: 0, skipped: 0, rejected: 1 });
    expect((await rejectsOf(context, done))[1]).toStartWith(
      "2,The row is longer than 131072 characters.",
    );
  });

  test.each([
    ["", "The file is empty."],
    ["\n\n", "The file is empty."],
    ["PK\u0003\u0004 and so on", "This is a spreadsheet, not a CSV."],
    ["%PDF-1.7", "This is a PDF."],
    [
      Array.from({ length: 1_001 }, (_, n) => `c${n}`).join(","),
      "The file has more than 1,000 columns",
    ],
    [`email${",".repeat(900_000)}\n`, "No row can be read at the beginning of the file"],
    [`"email\n${"x,".repeat(900_000)}\n`, "No row can be read at the beginning of the file"],
  ])("%# is refused with what to do about it", async (content, message) => {
    const about = { fileName: "x.csv", createdBy: "test" };
    const received = await receiveFile(context.db, about, inPieces(content));
    expect(received.kind === "refused" && received.message).toStartWith(message);
    const [left] = await context.db.execute(sql`SELECT count(*)::integer AS "n" FROM "import"`);
    expect(left).toEqual({ n: 0 });
  });

  test("what has too many columns is refused by its beginning, and the rest of it is not kept", async () => {
    const wide = `email${",".repeat(1_000)}\n`;
    const begun = wide.repeat(2_000);
    async function* source() {
      yield* inPieces(begun);
      await context.db.execute(sql`DELETE FROM "import"`);
      // With its import gone, a piece that were kept now would be a fault.
      yield* inPieces(begun.repeat(2));
    }
    const about = { fileName: "x.csv", createdBy: "test" };
    expect(await receiveFile(context.db, about, source())).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("more than 1,000 columns"),
    });
  });
});
