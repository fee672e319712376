import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second in /proc: USER_HZ is 100 on every Linux that Bun runs on. */
const TICKS = 100;

/**
 * Reads what each process has used of the processors; what it returns says how many microseconds that came to since, for
 * each of so many things: `cpu_us_<name>`. On a busy machine it says more than the clock.
 */
export function processorMeter(pids: Record<string, number>) {
  const before = Object.entries(pids).map(([name, pid]) => ({
    name,
    pid,
    begin: processorSeconds(pid),
  }));
  return (things: number): Record<string, number> =>
    Object.fromEntries(
      before.map(({ name, pid, begin }) => [
        `cpu_us_${name}`,
        Math.round(((processorSeconds(pid) - begin) * 1e7) / things) / 10,
      ]),
    );
}

/** Seconds of processor time that a process and all its descendants, those that have ended included, have used so far. */
function processorSeconds(pid: number): number {
  const processes = readdirSync("/proc").flatMap((name) =>
    /^\d+$/.test(name) ? statOf(name) : [],
  );
  const tree = new Set([pid]);
  // A child may be listed before its parent, so the tree is gone through until it no longer grows.
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const { id, parent } of processes) if (tree.has(parent)) tree.add(id);
  }
  return processes.reduce((sum, { id, ticks }) => (tree.has(id) ? sum + ticks : sum), 0) / TICKS;
}

/** What proc_pid_stat(5) says of a process; nothing of one that has just ended. */
function statOf(name: string): { id: number; parent: number; ticks: number }[] {
  try {
    const text = readFileSync(`/proc/${name}/stat`, "utf8");
    // The name of the program stands in brackets and may hold anything.
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const [, parent = 0] = fields;
    const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0);
    return [{ id: Number(name), parent, ticks }];
  } catch {
    return [];
  }
}
