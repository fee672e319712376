import { expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { surroundingEnvironment, whyNothingFound } from "./environment.ts";

const RUNNING = {
  DATABASE_URL: "postgres://own.example.com/mail",
  SERVICE_KEYS: "k1:made",
  WEB_URL: "http://localhost:5050",
};

async function startedIn() {
  const folder = await mkdtemp(join(tmpdir(), "mailwright-environment-"));
  await mkdir(join(folder, "run"));
  await Bun.write(join(folder, "run", "environment.json"), JSON.stringify(RUNNING));
  return {
    DATA_DIR: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

test("beside an installation with a database of one's own a command finds the rest of what it was told", async () => {
  await using started = await startedIn();
  const { DATA_DIR } = started;
  const { DATABASE_URL } = RUNNING;
  expect(await surroundingEnvironment({ DATA_DIR, DATABASE_URL })).toEqual({
    ...RUNNING,
    DATA_DIR,
  });
});

test("what is set goes before what was written down, and what is empty is not set", async () => {
  await using started = await startedIn();
  const { DATA_DIR } = started;
  const given = { DATA_DIR, DATABASE_URL: "", SERVICE_KEYS: " ", WEB_URL: "https://web.example" };
  expect(await surroundingEnvironment(given)).toEqual({
    ...RUNNING,
    DATA_DIR,
    WEB_URL: "https://web.example",
  });
});

test("a command about another database is told nothing of the installation that runs", async () => {
  await using started = await startedIn();
  const { DATA_DIR } = started;
  const given = { DATA_DIR, DATABASE_URL: "postgres://other.example.com/mail" };
  expect(await surroundingEnvironment(given)).toEqual(given);
});

test("an empty DATA_DIR is none, and not the folder one stands in", async () => {
  await using started = await startedIn();
  const before = process.cwd();
  process.chdir(started.DATA_DIR);
  try {
    expect(await surroundingEnvironment({ DATA_DIR: "" })).not.toMatchObject(RUNNING);
  } finally {
    process.chdir(before);
  }
});

test("where nothing runs it is said where that was looked for, unless another database is meant", async () => {
  await using started = await startedIn();
  expect(await whyNothingFound(started)).toBeUndefined();
  const DATA_DIR = join(started.DATA_DIR, "elsewhere");
  expect(await whyNothingFound({ DATA_DIR })).toStartWith(`No \`bun start\` runs in ${DATA_DIR},`);
  expect(await whyNothingFound({ DATA_DIR, DATABASE_URL: "postgres://other" })).toBeUndefined();
});
