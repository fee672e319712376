import { expect, test } from "bun:test";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { LONGEST, RecordReader } from "./record-reader.ts";

interface Seen {
  line: number;
  cells: string[];
  fault?: string;
}

/** All records of a text that comes in pieces. */
function read(pieces: string[], separator = ","): Seen[] {
  const reader = new RecordReader(separator);
  const seen: Seen[] = [];
  for (const [index, piece] of pieces.entries()) {
    reader.push(piece, index === pieces.length - 1);
    for (let cells = reader.next(); cells !== undefined; cells = reader.next())
      seen.push({ line: reader.line, cells, ...(reader.fault && { fault: reader.fault }) });
  }
  return seen;
}

const cellsOf = (text: string, separator?: string) =>
  read([text], separator).map(({ cells }) => cells);

test.each([
  [
    "a,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "a,b\n1,2",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ["", []],
  ["\n", [[""]]],
  ["a\n\nb\n", [["a"], [""], ["b"]]],
  ["a,,\n", [["a", "", ""]]],
  ['"a,b",c\n', [["a,b", "c"]]],
  [
    '"a\nb",c\nd,e\n',
    [
      ["a\nb", "c"],
      ["d", "e"],
    ],
  ],
  ['"say ""hi""",x\n', [['say "hi"', "x"]]],
  ['"",x\n', [["", "x"]]],
  ['""\n', [[""]]],
  ['5" pipe,x\n', [['5" pipe', "x"]]],
  ['"a"b,c\n', [["ab", "c"]]],
  ['a, "b, c" ,d\n', [["a", "b, c ", "d"]]],
  ['"a"', [["a"]]],
  ["a,b,c\n1\n1,2,3,4\n", [["a", "b", "c"], ["1"], ["1", "2", "3", "4"]]],
])("%j is read as %j", (text, records) => {
  expect(cellsOf(text)).toEqual(records);
});

test("other separators are separators, and the comma then is none", () => {
  for (const separator of [";", "\t", "|"])
    expect(cellsOf(`a,b${separator}"c${separator}d"\n`, separator)).toEqual([
      ["a,b", `c${separator}d`],
    ]);
});

test("each record knows the line on which it begins", () => {
  expect(read(['h\n"a\nb\nc",x\n\nlast\n'])).toEqual([
    { line: 1, cells: ["h"] },
    { line: 2, cells: ["a\nb\nc", "x"] },
    { line: 5, cells: [""] },
    { line: 6, cells: ["last"] },
  ]);
});

const cell = fc.oneof(
  fc.constantFrom("", "a", '"', '""', ",", "\n", " ", ' "x', 'x"y', "é", "👩‍👩‍👧", "=1"),
  fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", ";", " ", "ö"), maxLength: 6 }),
);
const record = fc.array(cell, { minLength: 1, maxLength: 4 });
const written = (records: string[][]) =>
  records
    .map((cells) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(","))
    .join("\n");

/** Cuts a text at any places. */
function inPieces(text: string, cuts: number[]): string[] {
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].toSorted(
    (a, b) => a - b,
  );
  return places.slice(1).map((place, index) => text.slice(places[index], place));
}

test("what was written is read, in whatever pieces it comes", () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(), { maxLength: 6 }),
      (records, cuts) => {
        const seen = read(inPieces(written(records), cuts));
        expect(seen.map(({ cells }) => cells)).toEqual(records);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("whatever the text, the pieces make no difference, and no character is lost", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", '"', ",", "\n", " ", "ö"),
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, fc.array(fc.nat(), { maxLength: 6 }), (whole, cuts) => {
      const once = read([whole]);
      expect(read(inPieces(whole, cuts))).toEqual(once);
      const lines = whole === "" ? 0 : whole.replace(/\n$/, "").split("\n").length;
      for (const { line } of once) expect(line).toBeLessThanOrEqual(lines);
    }),
    { numRuns: 5_000 },
  );
});

test("csv-parse reads the same, wherever it reads at all", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", '"', ",", "\n"), maxLength: 30 });
  fc.assert(
    fc.property(text, (whole) => {
      let theirs: string[][];
      try {
        theirs = parse(whole, { relax_column_count: true, record_delimiter: "\n" });
      } catch {
        return;
      }
      expect(cellsOf(whole)).toEqual(theirs);
    }),
    { numRuns: 5_000 },
  );
});

test("a quote that is never closed costs its own line and no other", () => {
  expect(read(['a,b\n"open,x\nc,d\n"e",f\n'])).toEqual([
    { line: 1, cells: ["a", "b"] },
    { line: 2, cells: ['open,x\nc,d\ne"', "f"] },
  ]);
  expect(read(['a,b\n"open,x\nc,d\ne,f\n'])).toEqual([
    { line: 1, cells: ["a", "b"] },
    { line: 2, cells: ['"open,x'], fault: "unclosed" },
    { line: 3, cells: ["c", "d"] },
    { line: 4, cells: ["e", "f"] },
  ]);
});

test("neither a row nor an open quote makes the reader wait for ever", () => {
  const long = "x".repeat(LONGEST + 10);
  const pieces = [
    "a\n",
    long.slice(0, 70_000),
    long.slice(70_000),
    "y\nb\n",
    '"open\n',
    `${long}\n`,
    "c\n",
  ];
  expect(
    read(pieces).map(({ line, cells, fault }) => [line, cells[0]?.slice(0, 5), fault]),
  ).toEqual([
    [1, "a", undefined],
    [2, "xxxxx", "too long"],
    [3, "b", undefined],
    [4, '"open', "unclosed"],
    [5, "xxxxx", "too long"],
    [6, "c", undefined],
  ]);
});
