import { expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitForPreviousHolder } from "./previous-holder.ts";

test("a start waits for the children of a server that was killed, and for nobody else", async () => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "mailwright-holder-")));
  try {
    // The kernel names a process after the file it was started from.
    const program = join(directory, "stand-in");
    symlinkSync(Bun.which("sleep") ?? "", program);
    const bystander = Bun.spawn(["sleep", "60"], { cwd: directory });
    const elsewhere = Bun.spawn([program, "60"], { cwd: "/" });
    const holder = Bun.spawn([program, "60"], { cwd: directory });

    let started = false;
    const start = waitForPreviousHolder("server", directory, ["stand-in"]).then(
      () => (started = true),
    );
    // The first look has been taken by now.
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toBe(false);
    holder.kill();
    await start;
    bystander.kill();
    elsewhere.kill();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
