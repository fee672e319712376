import { expect, test } from "bun:test";
import { csvFile } from "./csv.ts";

async function* pieces() {
  yield "name\r\n";
  yield "Müller\r\n";
}

test("a file for people begins with the mark by which spreadsheets know UTF-8, and one for programs does not", async () => {
  const bytes = async (answer: Response) => Buffer.from(await answer.arrayBuffer()).toString("hex");
  const text = Buffer.from("name\r\nMüller\r\n").toString("hex");
  expect(await bytes(csvFile("a.csv", pieces()))).toBe(`efbbbf${text}`);
  expect(await bytes(csvFile("a.csv", pieces(), { mark: false }))).toBe(text);
});
