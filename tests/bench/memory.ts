import { readFileSync } from "node:fs";

/** The most memory a process has had resident since it began, in megabytes, as Linux counts it. */
export function peakMemoryMb(pid: number): number {
  const [, kilobytes = "0"] =
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}
