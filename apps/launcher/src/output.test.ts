import { expect, test } from "bun:test";
import { createLog } from "@mailwright/platform";
import { createOutput } from "./output.ts";

function told(lines: [string, string][], colour = false): string {
  let text = "";
  const say = createOutput((part) => (text += part), colour);
  for (const [name, line] of lines) say(name, line);
  return text;
}

function entry(fields: object): string {
  const time = "2026-11-24T16:50:56.123Z";
  return JSON.stringify({ level: "info", time, service: "web", ...fields });
}

test("every line has its part's name before it, and an entry of the log is made short", () => {
  expect(
    told([
      ["web", entry({ msg: "listening", port: 5050 })],
      ["email_client", entry({ level: "warn", msg: "slow", took: { ms: 7 } })],
      ["web", "plain\ntext"],
      ["web", '{"not":"an entry"}'],
    ]),
  ).toBe(
    [
      "web          | 16:50:56 listening port=5050",
      'email_client | 16:50:56 warning slow took={"ms":7}',
      "web          | plain",
      "web          | text",
      'web          | {"not":"an entry"}',
      "",
    ].join("\n"),
  );
});

test("an error says what it is and where, line by line, as the log has it", () => {
  const cause = Object.assign(new Error("connect\nfailed"), { code: "ECONNREFUSED" });
  const error = new TypeError("UNOPENED Redis was restarted", { cause });
  for (const each of [error, cause]) each.stack = `Error\n    at here\n    at there`;
  const lines: string[] = [];
  const log = createLog("web", "info", { write: (line) => void lines.push(line.trimEnd()) });
  log.error({ err: error }, "failed");
  const statement = { query: "SELECT 1", stack: "" };
  log.error({ err: Object.assign(new Error("a@example.com"), statement) }, "refused");
  log.error({ err: "text" }, "odd");
  expect(told(lines.map((line) => ["web", line])).replaceAll(/\d\d:\d\d:\d\d/g, "16:50:56")).toBe(
    [
      "web          | 16:50:56 error failed",
      "web          | TypeError: UNOPENED Redis was restarted (ECONNREFUSED)",
      "web          |     at here",
      "web          |     at there",
      "web          | Error: connect\\u000afailed (ECONNREFUSED)",
      "web          |     at here",
      "web          |     at there",
      "web          | 16:50:56 error refused",
      "web          | Error: SELECT 1",
      "web          | 16:50:56 error odd",
      "",
    ].join("\n"),
  );
});

test("nothing that is quoted can move the cursor, change a colour or begin a line", () => {
  const nasty = "\u001B[2J\u0007\r\nweb | forged\u2028";
  const text = told([
    ["web", nasty],
    ["web", entry({ msg: nasty, name: nasty })],
  ]);
  expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u2028]/u);
  expect(text).not.toMatch(/^web \| forged/m);
});

test("each part has a colour of its own where there are colours", () => {
  const text = told(
    [
      ["web", "a"],
      ["redis", "b"],
      ["web", "c"],
    ],
    true,
  );
  expect(text.match(/\p{Cc}\[\d+m(?=web|redis)/gu)).toEqual([
    "\u001B[36m",
    "\u001B[35m",
    "\u001B[36m",
  ]);
});
