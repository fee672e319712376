import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Command } from "./command.ts";
import { readCommandLine } from "./command-line.ts";

const run = () => Promise.resolve(0);
const plain: Command = { usage: "plain", does: "takes nothing", run };
const rich: Command = {
  usage: "rich",
  does: "takes a word, a text and a flag",
  options: { name: "text", add: "flag" },
  words: 1,
  run,
};
const read = (...line: string[]) => readCommandLine({ plain, rich }, line);

test("a command is given what it takes, and nothing else", () => {
  expect(read("plain")).toEqual({
    kind: "run",
    command: plain,
    given: { words: [], texts: {}, flags: [] },
  });
  expect(read("rich", "create", "--add", "--name", "CI")).toEqual({
    kind: "run",
    command: rich,
    given: { words: ["create"], texts: { name: "CI" }, flags: ["add"] },
  });
  const wrong = [
    ["plain", "more"],
    ["plain", "--add"],
    ["rich", "one", "two"],
    ["rich", "--nme=CI"],
    ["rich", "--name"],
    ["rich", "--add=yes"],
    ["rich", "-x"],
  ];
  for (const line of wrong) expect([line, read(...line).kind]).toEqual([line, "wrong"]);
});

test("help is given wherever it is asked for, and what no command is called is none", () => {
  const help = [[], ["help"], ["--help"], ["plain", "--help"], ["rich", "create", "-h", "--x"]];
  for (const line of help) expect([line, read(...line)]).toEqual([line, { kind: "help" }]);
  for (const name of ["constructor", "toString", "__proto__", "", "Plain"])
    expect(read(name)).toEqual({ kind: "wrong", why: `There is no command “${name}”.` });
});

/** In a shell where nothing is set, so that whatever went on to read the configuration would fail. */
async function shell(...line: string[]) {
  return shellWith({}, ...line);
}

async function shellWith(variables: Record<string, string>, ...line: string[]) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "main.ts"), ...line], {
    env: { PATH: process.env["PATH"], DATA_DIR: "/nonexistent", ...variables },
    cwd: "/",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, out, err };
}

test("the line is read before anything else, help goes to stdout and misuse to stderr", async () => {
  const helped = await shell("migrate", "--help");
  expect(helped).toMatchObject({ code: 0, err: "" });
  expect(helped.out).toStartWith("Usage:\n  bun mailwright doctor");
  for (const line of [["constructor"], ["doctor", "now"], ["rekey", "--dry-run"]]) {
    const misused = await shell(...line);
    expect(misused).toMatchObject({ code: 2, out: "" });
    expect(misused.err).toContain("Usage:");
    expect(misused.err).not.toContain("    at ");
  }
  const unconfigured = await shell("migrate");
  expect(unconfigured).toMatchObject({ code: 1, out: "" });
  expect(unconfigured.err).toContain("DATABASE_URL is not set");
  expect(unconfigured.err).toContain("No `bun start` runs in /nonexistent");
});

test("a database that cannot be used is a sentence for every command, which repeats nothing of what was asked", async () => {
  const closed = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = closed;
  closed.stop(true);
  const variables = {
    DATABASE_URL: `postgres://me:secret@127.0.0.1:${port}/mail`,
    SERVICE_KEYS: `k1:${Buffer.alloc(32, 1).toString("base64")}`,
  };
  for (const line of [
    ["replay"],
    ["seed"],
    ["token", "create", "--name", "ci", "--role", "editor"],
  ]) {
    expect([line, await shellWith(variables, ...line)]).toEqual([
      line,
      { code: 1, out: "", err: "Postgres does not answer at DATABASE_URL (ECONNREFUSED).\n" },
    ]);
  }
});
