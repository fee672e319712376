import { readdirSync, readFileSync } from "node:fs";
import { poll } from "./poll.ts";

/** Whether a process runs, whoever owns it. A zombie (ended, not yet reaped) does not count. */
export function isAlive(pid: number): boolean {
  const entry = processEntry(pid);
  return entry !== undefined && entry.state !== "Z" && entry.state !== "X";
}

/** When a process began, in the kernel's ticks since boot: with its number it names a process once and for all. */
export function startTimeOf(pid: number): string | undefined {
  return processEntry(pid)?.startTime;
}

/** The process that started another one, or has adopted it since. */
export function parentOf(pid: number): number | undefined {
  return processEntry(pid)?.parent;
}

/** The name of the program that a process runs, as the kernel keeps it: cut to 15 characters. */
export function nameOf(pid: number): string | undefined {
  return processEntry(pid)?.name;
}

/** Ends a process and its children with SIGKILL, as a power cut would, and resolves when none of them runs. */
export async function killWithChildren(pid: number): Promise<void> {
  // Stopped first, so that it has no child that the list has not.
  send(pid, "SIGSTOP");
  const doomed = [pid, ...childrenOf(pid)];
  for (const each of doomed) send(each, "SIGKILL");
  await poll(() => (doomed.some(isAlive) ? undefined : true), { withinMs: 10_000 });
}

/** The processes that one has started, or adopted, and that have not ended. */
export function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && processEntry(pid)?.parent === parent);
}

function send(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already, which is what was wanted.
  }
}

function processEntry(pid: number) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces and parentheses of its own; the fields begin after the last one.
    const end = stat.lastIndexOf(")");
    const fields = stat.slice(end + 2).split(" ");
    const name = stat.slice(stat.indexOf("(") + 1, end);
    return { name, state: fields[0], parent: Number(fields[1]), startTime: fields[19] };
  } catch {
    return undefined;
  }
}
