/** Chances that can be drawn again: the same seed draws the same. */
export interface Draws {
  /** From [0, 1). */
  fraction(): number;
  /** A whole number from [0, limit). */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  /** True in so many of a hundred draws. */
  percent(share: number): boolean;
}

/** Draws from a seed, of which 32 bits count. None of it is for secrets. */
export function createDraws(seed: number): Draws {
  const fraction = mulberry32(seed);
  const below = (limit: number) => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    pick: (list) => {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new Error("nothing to pick from");
      return picked;
    },
    percent: (share) => fraction() * 100 < share,
  };
}

/** Tommy Ettinger's mulberry32: 32 bits of state, and plenty for a test or a demonstration. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
