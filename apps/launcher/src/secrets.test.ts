import { expect, test } from "bun:test";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "@mailwright/platform";
import { loadSecrets } from "./secrets.ts";

function folder() {
  const path = mkdtempSync(join(tmpdir(), "mailwright-secrets-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

test("secrets are made once, for their owner alone, in the form that the services read", () => {
  using dataDir = folder();
  const secrets = loadSecrets(dataDir.path);
  expect(loadSecrets(dataDir.path)).toEqual(secrets);
  expect(statSync(join(dataDir.path, "secrets.json")).mode & 0o777).toBe(0o600);
  const keys = readConfig(
    { SERVICE: secrets.serviceKeys, CREDENTIALS: secrets.credentialsKeys },
    (env) =>
      [env.keys("SERVICE"), env.keys("CREDENTIALS")].map((each) =>
        each.map(({ bytes }) => bytes.length),
      ),
  );
  expect(keys).toEqual([[32], [32]]);
  expect(new Set(Object.values(secrets)).size).toBe(5);
});

test("what an older file lacks is added, and what it has stays", () => {
  using dataDir = folder();
  const file = join(dataDir.path, "secrets.json");
  writeFileSync(file, '{"databasePassword":"kept"}');
  chmodSync(file, 0o644);
  expect(loadSecrets(dataDir.path).databasePassword).toBe("kept");
  expect(loadSecrets(dataDir.path).redisPassword).not.toBe("");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each(["", "{", "[]", '{"databasePassword":7}', '{"databasePassword":""}'])(
  "a damaged file (%s) is told of and never replaced",
  (text) => {
    using dataDir = folder();
    const file = join(dataDir.path, "secrets.json");
    writeFileSync(file, text);
    expect(() => loadSecrets(dataDir.path)).toThrow("is damaged");
    expect(readFileSync(file, "utf8")).toBe(text);
  },
);

test.each(["postgres", "redis"])(
  "beside the data of %s no new file is made in the place of one that is missing",
  (name) => {
    using dataDir = folder();
    // As root has it below a folder that Postgres's user cannot enter; where it leads is told later.
    symlinkSync(join(dataDir.path, "elsewhere"), join(dataDir.path, name));
    expect(() => loadSecrets(dataDir.path)).toThrow(
      "secrets.json is missing, and there are data in",
    );
    expect(readdirSync(dataDir.path)).toEqual([name]);
  },
);
