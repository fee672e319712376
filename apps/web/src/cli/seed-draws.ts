import { createDraws, type Draws } from "@mailwright/platform";

/** Draws from words: the same words draw the same, in whatever order things are made. */
export function drawsFor(...words: readonly (string | number)[]): Draws {
  return createDraws(Bun.hash.xxHash32(words.join("\n")));
}

/** A UUID version 7 (RFC 9562, 5.7) of a moment, its other bits drawn. */
export function drawnId(ms: number, draws: Draws): string {
  const time = ms.toString(16).padStart(12, "0");
  const bits = Array.from({ length: 19 }, () => draws.below(16).toString(16)).join("");
  const variant = (8 + draws.below(4)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${bits.slice(0, 3)}-${variant}${bits.slice(3, 6)}-${bits.slice(6, 18)}`;
}
