// `bun run test`: everything that CI runs. `bun tests/run.ts e2e` (or any other part's name) runs that part alone.
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { install } from "../apps/launcher/src/install.ts";
import { check } from "./check.ts";
import { add, bunTest, failuresIn, ROOT, runCommand, type Tally, tallyOfBunTest } from "./steps.ts";

interface Part {
  name: string;
  /** The files that make it one; without any, there is no such part yet. */
  files: string;
  run: () => Promise<PartTally>;
}

interface PartTally extends Tally {
  /** What each failed test wrote. */
  failures?: string[];
}

/** Each waits for Postgres, Redis or a clock for a third of its time. */
const MORE_THAN_PROCESSORS = [`--parallel=${availableParallelism() + 1}`];

/** Two whole installations at once, the longest files first: the nemesis takes as long as all other faults together. */
const TWO_AT_ONCE = ["--parallel=2", "--timings=tests/timings.json"];

const PARTS: Part[] = [
  { name: "check", files: "tsconfig.json", run: check },
  {
    name: "unit",
    files: "{apps,packages}/**/*.test.{ts,tsx}",
    run: () =>
      testsIn(["./apps", "./packages"], { flags: MORE_THAN_PROCESSORS, timeoutMs: 60_000 }),
  },
  {
    name: "system",
    files: "tests/system/**/*.test.ts",
    run: () => testsIn(["./tests/system"], { flags: TWO_AT_ONCE, timeoutMs: 300_000 }),
  },
  {
    name: "faults",
    files: "tests/faults/**/*.test.ts",
    run: () => testsIn(["./tests/faults"], { flags: TWO_AT_ONCE, timeoutMs: 300_000 }),
  },
  { name: "e2e", files: "tests/e2e/playwright.config.ts", run: browserTests },
];

const write = (text: string) => void process.stdout.write(text);

async function testsIn(
  folders: string[],
  { flags, timeoutMs }: { flags: string[]; timeoutMs: number },
): Promise<PartTally> {
  // The preload of the tests sets the timeout, and that goes before --timeout.
  const env = { MAILWRIGHT_TEST_TIMEOUT_MS: String(timeoutMs) };
  const ended = await runCommand(bunTest(...flags, ...folders), { env, hear: write });
  return { ...tallyOfBunTest(ended), failures: failuresIn(ended) };
}

async function browserTests(): Promise<Tally> {
  const report = join(tmpdir(), `mailwright-e2e-${process.pid}.json`);
  const playwright = join(ROOT, "tests/node_modules/@playwright/test/cli.js");
  const { code } = await runCommand(
    [process.execPath, playwright, "test", "-c", "tests/e2e/playwright.config.ts"].concat(
      "--reporter=list,json",
    ),
    {
      env: {
        CHROMIUM_PATH: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
        PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      },
      hear: write,
    },
  );
  const tally = existsSync(report) ? tallyOfReport(readFileSync(report, "utf8")) : NOTHING;
  rmSync(report, { force: true });
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

const NOTHING: Tally = { passed: 0, failed: 0 };

function tallyOfReport(json: string): Tally {
  const { stats } = JSON.parse(json) as {
    stats: { expected: number; unexpected: number; flaky: number };
  };
  // What passed only at the second try has failed once, and nobody knows why.
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky };
}

async function runParts(parts: Part[]): Promise<Tally> {
  const tallies: Tally[] = [];
  const told: string[] = [];
  for (const { name, files, run } of parts) {
    if (globSync(files, { cwd: ROOT, exclude: ["**/node_modules/**"] }).length === 0) continue;
    write(`\n=== ${name}\n`);
    const { passed, failed, failures = [] } = await run();
    const silent = passed + failed === 0;
    write(`=== ${name}: ${silent ? "no test ran" : `${passed} passed, ${failed} failed`}\n`);
    tallies.push({ passed, failed: silent ? 1 : failed });
    told.push(...failures.map((failure) => `\n--- ${name}\n${failure}\n`));
  }
  for (const failure of told) write(failure);
  return add(tallies);
}

async function main(asked: string[]): Promise<number> {
  const unknown = asked.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) {
    console.error(`There is no part called ${unknown.join(", ")}.`);
    return 1;
  }
  const fault = install(ROOT);
  if (fault !== undefined) {
    console.error(fault);
    return 1;
  }
  // Only now is there a package to import it from. All parts share the servers that tests share.
  const { endTestRun, nameTestRun } = await import("@mailwright/testing/test-run.ts");
  nameTestRun();
  const wanted = PARTS.filter(({ name }) => asked.length === 0 || asked.includes(name));
  const { passed, failed } = await runParts(wanted);
  await endTestRun();
  write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
