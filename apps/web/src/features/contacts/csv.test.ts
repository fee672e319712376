import { expect, test } from "bun:test";
import { csvFile } from "./csv.ts";

async function* pieces() {
  yield "name\r\n";
  yield "Müller\r\n";
}

test("a file for people begins with the mark by which spreadsheets know UTF-8, and one for programs does not", async () => {
  const text = "name\r\nMüller\r\n";
  const read = [csvFile("a.csv", pieces()), csvFile("a.csv", pieces(), { mark: false })].map(
    async (answer) => Buffer.from(await answer.arrayBuffer()).toString(),
  );
  expect(await Promise.all(read)).toEqual([`\ufeff${text}`, text]);
});
