import { expect, test } from "bun:test";
import { join } from "node:path";

/** Runs a program that starts as `start` says, tells it to stop when it says that it starts, and hears how it ended. */
async function stopped(start: string) {
  const program = Bun.spawn(
    [
      process.execPath,
      "-e",
      `import { createLog, runUntilStopped, systemClock } from ${JSON.stringify(join(import.meta.dir, "index.ts"))};
       await runUntilStopped(createLog("it"), async (signal) => { ${start} });`,
    ],
    { stdout: "pipe", stderr: "pipe" },
  );
  const reader = program.stdout.getReader();
  let said = "";
  const decoder = new TextDecoder();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    said += decoder.decode(part.value);
    if (said.includes("starting") && !said.includes("stopping")) program.kill("SIGTERM");
  }
  const words = said.match(/"msg":"[^"]*"/g) ?? [];
  return { code: await program.exited, words, errors: await program.stderr.text() };
}

test("a start that is given up because of the signal is a clean stop", async () => {
  expect(
    await stopped(`console.log("starting"); await systemClock.sleep(60_000, signal);`),
  ).toEqual({ code: 0, words: ['"msg":"stopping"', '"msg":"stopped"'], errors: "" });
});

test("a start that fails of its own is no stop, even when it was told to", async () => {
  const { code, words, errors } = await stopped(
    `console.log("starting"); await systemClock.sleep(60_000, signal).catch(() => { throw new Error("on its own") });`,
  );
  expect({ code, words }).toEqual({ code: 1, words: ['"msg":"stopping"'] });
  expect(errors).toContain("on its own");
});
