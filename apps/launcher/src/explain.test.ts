import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { ConfigError } from "@mailwright/platform";
import { explain } from "./explain.ts";
import { StartError } from "./start-error.ts";

const roomy = () => 5_000;
const full = () => 3;

function refusal(code: string): unknown {
  const message = `${code}: refused, open '/data/secrets.json'`;
  return Object.assign(new Error(message), { code, path: "/data/secrets.json" });
}

test("what a person can mend is told in sentences, and a bug of ours is not", () => {
  expect(explain(new StartError("No Redis."), "/data", roomy)).toBe("No Redis.");
  expect(explain(new ConfigError(["PORT is odd"]), undefined, full)).toBe(
    "The configuration has a fault:\n  PORT is odd",
  );
  expect(explain(new TypeError("x is undefined"), "/data", full)).toBeUndefined();
  expect(explain(missingFile(), "/data", full)).toBeUndefined();
});

test("a file that may not be read or written is told with what to do", () => {
  expect(explain(refusal("EACCES"), "/data", roomy)).toBe(
    "EACCES: refused, open '/data/secrets.json'. Everything in DATA_DIR has to belong to the user who starts it, unless that is root.",
  );
  expect(explain(refusal("ENOSPC"), "/data", roomy)).toBe(
    "ENOSPC: refused, open '/data/secrets.json'. Make room on that disk.",
  );
});

test("beside a start that failed it says that the disk is full, where it is", () => {
  expect(explain(new StartError("Postgres ended."), "/data", full)).toBe(
    "Postgres ended.\nThe disk of /data has 3 MB left: make room first.",
  );
});

function missingFile(): unknown {
  try {
    return readFileSync("/nowhere/at/all");
  } catch (error) {
    return error;
  }
}
