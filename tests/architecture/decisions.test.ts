import { expect, test } from "bun:test";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./sources.ts";

const FOLDER = join(ROOT, "docs/decisions");

test("decisions are numbered one after another, each once, in their names and in their titles", () => {
  const files = globSync("*.md", { cwd: FOLDER }).toSorted();
  expect(files.length).toBeGreaterThan(30);
  const numbers = files.map((file) => {
    const [, title] = /^# (\d+)\. /.exec(readFileSync(join(FOLDER, file), "utf8")) ?? [];
    return { named: Number(file.slice(0, 4)), titled: Number(title) };
  });
  expect(numbers).toEqual(files.map((_, index) => ({ named: index + 1, titled: index + 1 })));
});
