/** States in which an import is over. */
const ENDED: ReadonlySet<string> = new Set(["done", "failed", "cancelled"]);

export function hasEnded({ state }: { state: string }): boolean {
  return ENDED.has(state);
}

/** For how long the rows that were not taken can be downloaded, in days. */
export const REJECTS_KEPT_DAYS = 30;
