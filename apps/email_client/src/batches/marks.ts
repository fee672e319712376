import { newId } from "@mailwright/platform";
import type { Shard } from "../redis/keys.ts";

/**
 * What this process wrote, by number. Each write leaves its number in Redis, in a key of the process's own; one that Redis
 * acknowledged and that is higher than what stands there is a write that Redis has lost.
 */
export interface Marks {
  /** The process, as far as this is concerned. */
  writer: string;
  /** The number of the next write. */
  next(): number;
  /** Redis has answered the write of this number. */
  acknowledged(shard: Shard, number: number): void;
  /** The highest number that Redis acknowledged. */
  highest(shard: Shard): number;
}

/** The mark of a process that has said nothing for so long is forgotten. */
export const MARK_KEPT_S = 7 * 86_400;

/** Writes that are not numbered. */
export const NO_MARKS: Marks = {
  writer: "",
  next: () => 0,
  acknowledged: () => {},
  highest: () => 0,
};

export function createMarks(): Marks {
  let last = 0;
  const highest = new Map<string, number>();
  return {
    writer: newId(),
    next: () => ++last,
    acknowledged({ name }, number) {
      highest.set(name, Math.max(highest.get(name) ?? 0, number));
    },
    highest: ({ name }) => highest.get(name) ?? 0,
  };
}
