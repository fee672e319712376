import { expect, setDefaultTimeout, test } from "bun:test";
import { chownSync, cpSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launched, ROOT } from "../fixtures/launched.ts";
import { canEnter } from "./postgres/account.ts";

setDefaultTimeout(120_000);

/** Whom to be: `nobody` when we are root, else who we are. */
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534, name: "nobody" } : undefined;

/** This installation if that user can reach it, else a copy in a place where everybody can. */
function installation(folder: string) {
  if (!account || (canEnter(import.meta.dir, account) && canEnter(process.execPath, account))) {
    return { bun: process.execPath, root: ROOT };
  }
  const bun = join(folder, "bun");
  cpSync(process.execPath, bun);
  const root = join(folder, "project");
  for (const part of ["package.json", "apps/launcher", "packages", "node_modules"]) {
    Bun.spawnSync(["mkdir", "-p", join(root, part, "..")]);
    Bun.spawnSync(["cp", "-r", "--no-dereference", join(ROOT, part), join(root, part)]);
  }
  return { bun, root };
}

test("an ordinary user can start it, and every part runs as that user", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mailwright-user-"));
  if (account) chownSync(folder, account.uid, account.gid);
  try {
    const dataDir = join(folder, "data");
    await using launcher = launched({ dataDir, account, installation: installation(folder) });
    await launcher.ready();
    const owners = Object.values(launcher.pids()).map((pid) => statSync(`/proc/${pid}`).uid);
    expect(owners).toEqual(Array.from({ length: 6 }, () => account?.uid ?? statSync(dataDir).uid));
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
