import { expect, test } from "bun:test";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install } from "./install.ts";

/** A project whose only dependency lies beside it, so that no registry is asked. */
function project() {
  const root = mkdtempSync(join(tmpdir(), "mailwright-install-"));
  const write = (file: string, value: object) => {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), JSON.stringify(value));
  };
  write("package.json", { name: "p", workspaces: ["apps/*", "packages/*", "tests"] });
  write("packages/dep/package.json", { name: "dep", version: "1.0.0" });
  write("apps/a/package.json", { name: "a", dependencies: { dep: "workspace:*" } });
  write("tests/package.json", { name: "tests" });
  writeFileSync(join(root, "bunfig.toml"), '[install]\nlinker = "isolated"\n');
  Bun.spawnSync([process.execPath, "install", "--lockfile-only"], { cwd: root });
  return { root, write, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

test("a clean clone is installed, and a second time nothing is done", () => {
  using clone = project();
  const module = join(clone.root, "apps/a/node_modules/dep");
  expect(install(clone.root)).toBeUndefined();
  expect(existsSync(module)).toBe(true);
  unlinkSync(module);
  expect(install(clone.root)).toBeUndefined();
  expect(existsSync(module)).toBe(false);
});

test("a workspace that lost its modules is installed again", () => {
  using clone = project();
  install(clone.root);
  rmSync(join(clone.root, "apps/a/node_modules"), { recursive: true });
  expect(install(clone.root)).toBeUndefined();
  expect(existsSync(join(clone.root, "apps/a/node_modules/dep"))).toBe(true);
});

test("a manifest that the lockfile does not know is refused in Bun's words, not installed on the quiet", () => {
  using clone = project();
  install(clone.root);
  cpSync(join(clone.root, "packages/dep"), join(clone.root, "packages/other"), { recursive: true });
  clone.write("packages/other/package.json", { name: "other", version: "1.0.0" });
  clone.write("apps/a/package.json", { name: "a", dependencies: { other: "workspace:*" } });
  expect(install(clone.root)).toContain("lockfile");
});
