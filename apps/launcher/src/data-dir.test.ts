import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataDir } from "./data-dir.ts";

const folder = mkdtempSync(join(tmpdir(), "mailwright-data-dir-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a folder that cannot be used is told as such, whichever of its files is in the way, and is no second launcher", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const dangling = join(folder, "dangling");
  symlinkSync(join(folder, "nowhere", "deep"), dangling);
  const locked = join(folder, "locked");
  mkdirSync(join(locked, "run", "lock"), { recursive: true });
  const held = join(folder, "held");
  mkdirSync(join(held, "run", "launcher.pid"), { recursive: true });
  for (const path of [file, dangling, locked, held]) {
    expect(() => openDataDir(path)).toThrow(
      new RegExp(
        `^The data directory ${path} cannot be used: .+\\. Set DATA_DIR to a folder of yours\\.$`,
      ),
    );
  }
});

test("a folder that could not be used because of one file can be once that is away", () => {
  const path = join(folder, "again");
  const inTheWay = join(path, "run", "launcher.pid");
  mkdirSync(inTheWay, { recursive: true });
  expect(() => openDataDir(path)).toThrow("cannot be used");
  rmSync(inTheWay, { recursive: true });
  using _ours = openDataDir(path);
});
