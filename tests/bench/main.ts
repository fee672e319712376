// `bun run bench send --emails 20000 --json`: measurements that anybody can repeat. Each prints its figures as a table, or
// as one line of JSON. Figures that depend on the machine are told as a ratio to a yardstick of the same run. Without a name
// all are made, one after the other: half an hour.
import { parseArgs } from "node:util";
import { endTestRun, nameTestRun } from "@mailwright/testing/test-run.ts";
import { benchExport } from "./export.ts";
import { benchFreeze } from "./freeze.ts";
import { benchGrowth } from "./growth.ts";
import { benchImport } from "./import.ts";
import { benchPages } from "./pages.ts";
import { benchRecovery } from "./recovery.ts";
import { benchSend } from "./send.ts";

/** Numbers by name, and lists of what has several of its own. */
type Figures = Record<string, number | object[]>;

const BENCHMARKS: Record<string, (options: Record<string, number>) => Promise<Figures>> = {
  send: ({ emails = 20_000 }) => benchSend(emails),
  import: ({ rows = 200_000 }) => benchImport(rows),
  pages: ({ contacts = 1_000_000, emails = 1_000_000 }) => benchPages({ contacts, emails }),
  export: ({ contacts = 1_000_000, emails = 1_000_000 }) => benchExport({ contacts, emails }),
  freeze: ({ contacts = 1_000_000 }) => benchFreeze(contacts),
  growth: ({ contacts = 1_000_000, emails = 1_000_000 }) => benchGrowth({ contacts, emails }),
  recovery: ({ rounds = 5 }) => benchRecovery(rounds),
};

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      contacts: { type: "string" },
      emails: { type: "string" },
      rows: { type: "string" },
      rounds: { type: "string" },
    },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
  if (!names.every((name) => Object.hasOwn(BENCHMARKS, name))) {
    console.error(
      `Say what to measure, or nothing for all of it: bun run bench ${Object.keys(BENCHMARKS).join(" | ")} [--contacts N] [--emails N] [--rows N] [--rounds N] [--json]`,
    );
    return 1;
  }
  const numbers = Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      typeof value === "string" ? [[key, Number(value)]] : [],
    ),
  );
  for (const name of names) {
    if (names.length > 1 && values.json !== true) console.log(`\n${name}`);
    const figures = await measure(name, numbers);
    if (values.json !== true) print(figures);
    else console.log(JSON.stringify(names.length > 1 ? { bench: name, ...figures } : figures));
  }
  return 0;
}

/** Each on servers of its own: what one left in memory or on the disk is not the next one's. */
async function measure(name: string, numbers: Record<string, number>): Promise<Figures> {
  nameTestRun();
  try {
    return (await BENCHMARKS[name]?.(numbers)) ?? {};
  } finally {
    await endTestRun();
  }
}

/** The numbers as one table, and each list as one of its own. */
function print(figures: Figures): void {
  const numbers: Record<string, number> = {};
  for (const [name, figure] of Object.entries(figures)) {
    if (typeof figure === "number") {
      numbers[name] = figure;
    } else {
      console.log(name);
      console.table(figure);
    }
  }
  console.table(numbers);
}

process.exit(await main());
