import { expect, test } from "bun:test";

const PLATFORM = new URL("./index.ts", import.meta.url).pathname;
const TIMES = ["24 November 2026", "11/24/2026", "2026-11-24 00:30", "2026-03-29T02:30:00Z"];

test.each(["Europe/Berlin", "America/New_York", "Asia/Beirut", "Australia/Sydney"])(
  "a process on a machine in %s reads and shows times as UTC",
  async (zone) => {
    const program = Bun.spawn(
      [
        process.execPath,
        "-e",
        `await import(${JSON.stringify(PLATFORM)});
        const times = ${JSON.stringify(TIMES)}.map((text) => new Date(text));
        console.log(JSON.stringify(times.map((at) => [at.toISOString(), at.getHours(), at.getDate()])));`,
      ],
      { env: { ...process.env, TZ: zone }, stdout: "pipe" },
    );
    expect(await new Response(program.stdout).json()).toEqual([
      ["2026-11-24T00:00:00.000Z", 0, 24],
      ["2026-11-24T00:00:00.000Z", 0, 24],
      ["2026-11-24T00:30:00.000Z", 0, 24],
      ["2026-03-29T02:30:00.000Z", 2, 29],
    ]);
  },
);
