// `bun run faults [--seed N] [--minutes M] [--cluster]`: the real system under faults that a seed draws; see nemesis.ts.
import { parseArgs } from "node:util";
import { endTestRun, nameTestRun } from "@mailwright/testing/test-run.ts";
import { runNemesis } from "./nemesis.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      minutes: { type: "string" },
      cluster: { type: "boolean", default: false },
    },
  });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const minutes = Number(values.minutes ?? 5);
  if (!Number.isInteger(seed) || !(minutes > 0)) {
    console.error("Say it like this: bun run faults --seed 7 --minutes 5 --cluster");
    return 1;
  }
  const { cluster } = values;
  console.log(`Seed ${seed}, ${minutes} minutes${cluster ? " on a Redis Cluster" : ""}`);
  nameTestRun();
  try {
    const begin = performance.now();
    const say = (line: string) =>
      console.log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(7)} s  ${line}`);
    const { struck, breaches, ...figures } = await runNemesis({ seed, minutes, cluster, say });
    console.table(struck);
    console.table(figures);
    for (const { story, ...breach } of breaches) console.error(breach, `\n${story}\n`);
    console.log(
      breaches.length === 0
        ? "Every invariant holds."
        : `${breaches.length} breaches; seed ${seed}`,
    );
    return breaches.length === 0 ? 0 : 1;
  } finally {
    await endTestRun();
  }
}

process.exit(await main());
