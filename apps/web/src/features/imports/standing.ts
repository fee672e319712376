/** States in which an import is over. */
const ENDED: ReadonlySet<string> = new Set(["done", "failed", "cancelled"]);

export function hasEnded({ state }: { state: string }): boolean {
  return ENDED.has(state);
}
