/** Chances that are drawn from words: the same words draw the same, in whatever order things are made. */
export interface Draws {
  /** From [0, 1). */
  fraction(): number;
  /** A whole number from [0, limit). */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  /** True in so many of a hundred draws. */
  percent(share: number): boolean;
}

export function drawsFor(...words: readonly (string | number)[]): Draws {
  let state = Bun.hash.xxHash32(words.join("\n"));
  // Mulberry32: 32 bits of state are plenty for a handful of draws a person or an email.
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
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

/** A UUID version 7 (RFC 9562, 5.7) of a moment, its other bits drawn. */
export function drawnId(ms: number, draws: Draws): string {
  const time = ms.toString(16).padStart(12, "0");
  const bits = Array.from({ length: 19 }, () => draws.below(16).toString(16)).join("");
  const variant = (8 + draws.below(4)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${bits.slice(0, 3)}-${variant}${bits.slice(3, 6)}-${bits.slice(6, 18)}`;
}
