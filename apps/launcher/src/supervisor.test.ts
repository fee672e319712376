import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock, until } from "@mailwright/testing";
import type { Exit } from "./program.ts";
import { keepRunning, type Part } from "./supervisor.ts";

/** A part whose processes end when the test says so. */
class Puppet implements Part {
  readonly name = "puppet";
  readonly ends: ((exit: Exit) => void)[] = [];
  stops = 0;
  broken = false;

  async start() {
    if (this.broken) throw new Error("no such program");
    const { promise: exited, resolve } = Promise.withResolvers<Exit>();
    this.ends.push(resolve);
    const stop = async () => {
      this.stops++;
      resolve({ code: 0, signal: null });
    };
    return { pid: 1_000 + this.ends.length, exited, stop };
  }
}

function setUp() {
  const runDir = mkdtempSync(join(tmpdir(), "mailwright-run-"));
  const told: string[] = [];
  return {
    puppet: new Puppet(),
    clock: new ManualClock(),
    told,
    runDir,
    say: (_: string, line: string) => void told.push(line),
    [Symbol.dispose]: () => rmSync(runDir, { recursive: true, force: true }),
  };
}

test("a part that dies is started again, later each time, up to ten seconds; having been well, soon again", async () => {
  using stage = setUp();
  const { puppet, clock, told } = stage;
  await using _kept = await keepRunning(puppet, stage);
  for (const wait of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
    const processes = puppet.ends.length;
    puppet.ends.at(-1)?.({ code: null, signal: "SIGKILL" });
    await until(() => clock.sleeping === 1);
    await clock.advance(wait - 1);
    expect(puppet.ends.length).toBe(processes);
    await clock.advance(1);
    await until(() => puppet.ends.length === processes + 1);
  }
  await clock.advance(30_001);
  puppet.ends.at(-1)?.({ code: 1, signal: null });
  await until(() => clock.sleeping === 1);
  expect([told[0], told.at(-1)]).toEqual([
    "puppet ended by SIGKILL; starting it again in 0.5 s",
    "puppet ended with code 1; starting it again in 0.5 s",
  ]);
});

test("the pid file names the process that runs now, and is gone after the stop", async () => {
  using stage = setUp();
  const file = join(stage.runDir, "puppet.pid");
  {
    await using _kept = await keepRunning(stage.puppet, stage);
    expect(readFileSync(file, "utf8")).toBe("1001\n");
    stage.puppet.ends[0]?.({ code: 0, signal: null });
    await until(() => stage.clock.sleeping === 1);
    await stage.clock.advance(500);
    await until(() => readFileSync(file, "utf8") === "1002\n");
  }
  expect({ stops: stage.puppet.stops, file: existsSync(file) }).toEqual({ stops: 1, file: false });
});

test("a part whose pid file cannot be written runs, is no second time started beside itself, and is stopped", async () => {
  using stage = setUp();
  const { puppet, clock, told } = stage;
  {
    await using _kept = await keepRunning(puppet, stage);
    rmSync(stage.runDir, { recursive: true });
    puppet.ends[0]?.({ code: 1, signal: null });
    await until(() => clock.sleeping === 1);
    await clock.advance(500);
    await until(() => told.length === 2);
    expect([told[1], puppet.ends.length]).toEqual([
      expect.stringContaining("could not be written"),
      2,
    ]);
  }
  expect(puppet.stops).toBe(1);
});

test("a part that cannot be started is tried again, and stopping does not wait for that", async () => {
  using stage = setUp();
  const { puppet, clock, told } = stage;
  {
    await using _kept = await keepRunning(puppet, stage);
    puppet.broken = true;
    puppet.ends[0]?.({ code: 1, signal: null });
    await until(() => clock.sleeping === 1);
    await clock.advance(500);
    await until(() => told.length === 2 && clock.sleeping === 1);
  }
  expect(told[1]).toBe("puppet could not be started: no such program; starting it again in 1 s");
  expect(clock.sleeping).toBe(0);
});
