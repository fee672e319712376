/** How two texts differ: what stands between the lines that both begin and end with. */
export interface ChangedLines {
  /** The number of the first line that differs, from 1. */
  line: number;
  removed: string[];
  added: string[];
}

/** Undefined for equal texts. One pass, so a source of any length costs no more than reading it. */
export function changedLines(before: string, after: string): ChangedLines | undefined {
  if (before === after) return undefined;
  const old = before.split("\n");
  const now = after.split("\n");
  const most = Math.min(old.length, now.length);
  let start = 0;
  while (start < most && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < most - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  return {
    line: start + 1,
    removed: old.slice(start, old.length - end),
    added: now.slice(start, now.length - end),
  };
}
