// `bun check`: what can be known of the code in seconds, without running it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { install } from "../apps/launcher/src/install.ts";
import { add, bunTest, type Ended, ROOT, runCommand, type Tally, tallyOfBunTest } from "./steps.ts";

interface Step {
  name: string;
  command: string[];
  tally?: (ended: Ended) => Tally;
}

const bin = (name: string) => join(ROOT, "node_modules", ".bin", name);
const documents = join(ROOT, "docs", "generate.ts");

const STEPS: Step[] = [
  { name: "types", command: [bin("tsc"), "-p", "."] },
  { name: "lint", command: [bin("oxlint")] },
  { name: "format", command: [process.execPath, "fmt", "--no-script", "--check", "."] },
  {
    name: "architecture",
    command: bunTest("./tests/architecture.test.ts", "./tests/architecture"),
    tally: tallyOfBunTest,
  },
  ...(existsSync(documents)
    ? [{ name: "generated docs", command: [process.execPath, documents, "--check"] }]
    : []),
];

/** Runs every step at once, tells each as it ends, and shows what the failed ones wrote. */
export async function check(): Promise<Tally> {
  const results = await Promise.all(
    STEPS.map(async ({ name, command, tally = tallyOfCode }) => {
      const ended = await runCommand(command);
      const result = tally(ended);
      console.log(`${result.failed === 0 ? "ok    " : "FAILED"}  ${name} (${ended.seconds} s)`);
      return { name, ended, result };
    }),
  );
  for (const { name, ended, result } of results) {
    if (result.failed > 0) console.log(`\n--- ${name}\n${ended.output.trimEnd()}`);
  }
  return add(results.map(({ result }) => result));
}

function tallyOfCode({ code }: Ended): Tally {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

if (import.meta.main) {
  const fault = install(ROOT);
  if (fault !== undefined) console.error(fault);
  const failed = fault !== undefined || (await check()).failed > 0;
  process.exit(failed ? 1 : 0);
}
