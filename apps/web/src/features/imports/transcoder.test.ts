import { expect, test } from "bun:test";
import fc from "fast-check";
import { Transcoder } from "./transcoder.ts";

function transcoded(...pieces: Uint8Array[]): [string, string] {
  const transcoder = new Transcoder();
  const out = [...pieces.map((piece) => transcoder.push(piece)), transcoder.end()];
  return [transcoder.encoding, Buffer.concat(out).toString()];
}

const TEXT = 'email,city\r\nłucja@example.com,"Łódź"\nĳ@example.com,€ 5 👍\rx@example.com,\r\n';
const PLAIN = TEXT.replaceAll(/\r\n?/g, "\n");
const swapped = (text: string) => Buffer.from(text, "utf16le").swap16();

test.each([
  ["utf-8", Buffer.from(TEXT)],
  ["utf-8", Buffer.from(`\ufeff${TEXT}`)],
  ["utf-16le", Buffer.from(`\ufeff${TEXT}`, "utf16le")],
  ["utf-16be", swapped(`\ufeff${TEXT}`)],
  ["utf-16le", Buffer.from(TEXT, "utf16le")],
  ["utf-16be", swapped(TEXT)],
] as const)("a file in %s comes out in UTF-8 with plain line ends", (encoding, bytes) => {
  expect(transcoded(bytes)).toEqual([encoding, PLAIN]);
});

test("what cannot be UTF-8 is Windows-1252, however late that shows", () => {
  const late = Buffer.concat([
    Buffer.from("name\n".repeat(2_000)),
    Buffer.from([0x4a, 0xf6, 0x72, 0x67, 0x20, 0x80, 0x20, 0x93, 0x78, 0x94, 0x0a]),
  ]);
  const first = late.indexOf(0xf6);
  for (const cut of [0, 5_000, first, first + 1, first + 2]) {
    const pieces = [late.subarray(0, cut), late.subarray(cut)];
    expect(transcoded(...pieces)).toEqual([
      "windows-1252",
      `${"name\n".repeat(2_000)}Jörg € “x”\n`,
    ]);
  }
  const end = late.subarray(0, first + 1);
  expect(transcoded(end)).toEqual(["windows-1252", `${"name\n".repeat(2_000)}Jö`]);
});

test("a slip in a file that is UTF-8 costs one character, not the file", () => {
  const bytes = Buffer.concat([
    Buffer.from("Kraków,Łódź\n"),
    Buffer.from([0xf3, 0x0a]),
    Buffer.from("Gdańsk\n"),
  ]);
  expect(transcoded(bytes)).toEqual(["utf-8", "Kraków,Łódź\n\ufffd\nGdańsk\n"]);
});

test("NULs are left out, and an empty file stays one", () => {
  expect(transcoded(Buffer.from("a\0b\nc\0\n"))).toEqual(["utf-8", "ab\nc\n"]);
  expect(transcoded()).toEqual(["utf-8", ""]);
  expect(transcoded(Buffer.from([0xef, 0xbb, 0xbf]))).toEqual(["utf-8", ""]);
});

test("the pieces in which a file comes make no difference", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", ",", "\r", "\n", "ö", "€", "👍", "Ł"),
    minLength: 1,
    maxLength: 3_000,
  });
  const encode = fc.constantFrom(
    (whole: string) => Buffer.from(whole),
    (whole: string) => Buffer.from(`\ufeff${whole}`),
    (whole: string) => Buffer.from(`\ufeff${whole}`, "utf16le"),
    (whole: string) => swapped(`\ufeff${whole}`),
  );
  fc.assert(
    fc.property(text, encode, fc.array(fc.nat(), { maxLength: 8 }), (short, write, cuts) => {
      // Long enough for a cut to fall after the beginning that is looked at as a whole.
      const whole = "a,b\r\n".repeat(300) + short;
      const bytes = write(whole);
      const places = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length].toSorted(
        (a, b) => a - b,
      );
      const pieces = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
      expect(transcoded(...pieces)[1]).toBe(whole.replaceAll(/\r\n?/g, "\n"));
    }),
    { numRuns: 300 },
  );
});

test("whatever the bytes, what comes out is text that Postgres keeps", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      const [, text] = transcoded(bytes);
      expect(text.isWellFormed()).toBe(true);
      expect(text).not.toMatch(/[\0\r]/);
    }),
  );
});
