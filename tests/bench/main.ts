// `bun run bench send --emails 20000 --json`: measurements that anybody can repeat. Each prints its figures as a table, or
// as one line of JSON. Figures that depend on the machine are told as a ratio to a yardstick of the same run.
import { parseArgs } from "node:util";
import { endTestRun, nameTestRun } from "@mailwright/testing/test-run.ts";
import { benchImport } from "./import.ts";
import { benchSend } from "./send.ts";

type Figures = Record<string, number>;

const BENCHMARKS: Record<string, (options: Record<string, number>) => Promise<Figures>> = {
  send: ({ emails = 20_000 }) => benchSend(emails),
  import: ({ rows = 200_000 }) => benchImport(rows),
};

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, emails: { type: "string" }, rows: { type: "string" } },
  });
  const [name = ""] = positionals;
  const benchmark = BENCHMARKS[name];
  if (benchmark === undefined) {
    console.error(
      `Say what to measure: bun run bench ${Object.keys(BENCHMARKS).join(" | ")} [--emails N] [--rows N] [--json]`,
    );
    return 1;
  }
  const numbers = Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      typeof value === "string" ? [[key, Number(value)]] : [],
    ),
  );
  nameTestRun();
  try {
    const figures = await benchmark(numbers);
    if (values.json === true) console.log(JSON.stringify(figures));
    else console.table(figures);
    return 0;
  } finally {
    await endTestRun();
  }
}

process.exit(await main());
