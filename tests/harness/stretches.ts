/** A stretch of time, in milliseconds since the Unix epoch. */
export interface Stretch {
  from: number;
  to: number;
}

/** What is left of a stretch when the harmed ones are taken out of it. */
export function calmOf(whole: Stretch, harmed: readonly Stretch[]): Stretch[] {
  const calm: Stretch[] = [];
  let { from } = whole;
  for (const harm of harmed.toSorted((a, b) => a.from - b.from)) {
    if (harm.from > from) calm.push({ from, to: harm.from });
    from = Math.max(from, harm.to);
  }
  if (whole.to > from) calm.push({ from, to: whole.to });
  return calm;
}

/** When it has first been calm for so many milliseconds on end since `from`; Infinity if it never has. */
export function calmFor(ms: number, from: number, calm: readonly Stretch[]): number {
  const ends = calm
    .map((stretch) => ({ at: Math.max(from, stretch.from) + ms, to: stretch.to }))
    .filter(({ at, to }) => at <= to);
  return Math.min(...ends.map(({ at }) => at));
}
