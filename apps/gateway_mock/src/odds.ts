import { createDraws } from "@mailwright/platform";

export interface Weight {
  status: number;
  weight: number;
}

/** How often the seed gateway's own stand-in gave each answer. */
export const DEFAULT_WEIGHTS: readonly Weight[] = [
  { status: 202, weight: 70 },
  { status: 500, weight: 20 },
  { status: 502, weight: 3 },
  { status: 400, weight: 3 },
  { status: 401, weight: 2 },
  { status: 403, weight: 2 },
];

/** Reads `202=90,429=5,500=5`; weights are relative. Undefined if it is anything else, or if nothing weighs anything. */
export function parseWeights(text: string): Weight[] | undefined {
  const weights: Weight[] = [];
  for (const entry of text.split(",")) {
    const [, status, weight] = /^\s*([2-5]\d\d)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(entry) ?? [];
    if (status === undefined || weight === undefined) return undefined;
    weights.push({ status: Number(status), weight: Number(weight) });
  }
  return weights.some(({ weight }) => weight > 0) ? weights : undefined;
}

/** Answers a function that draws statuses by their weights; equal seeds draw equal sequences. */
export function createOdds(seed: number, weights: readonly Weight[]): () => number {
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  const draws = createDraws(seed);
  return () => {
    let left = draws.fraction() * total;
    for (const { status, weight } of weights) {
      left -= weight;
      if (left < 0) return status;
    }
    // Only a rounding error of the last subtraction comes here.
    return weights.findLast(({ weight }) => weight > 0)?.status ?? 202;
  };
}
