/** Runs something when its turn has come; what is not urgent comes after all that is. */
export type Turns = <T>(run: () => Promise<T>, urgent?: boolean) => Promise<T>;

/** Runs at most `most` at once, and one at a time of what is not urgent; the others wait. */
export function takingTurns(most: number): Turns {
  const urgent: (() => void)[] = [];
  const others: (() => void)[] = [];
  let running = 0;
  let otherRuns = false;

  function admit(): void {
    while (running < most) {
      const begin = urgent.shift() ?? nextOther();
      if (begin === undefined) return;
      running += 1;
      begin();
    }
  }

  function nextOther(): (() => void) | undefined {
    const begin = otherRuns ? undefined : others.shift();
    if (begin !== undefined) otherRuns = true;
    return begin;
  }

  return async (run, isUrgent = true) => {
    await new Promise<void>((begin) => {
      (isUrgent ? urgent : others).push(begin);
      admit();
    });
    try {
      return await run();
    } finally {
      running -= 1;
      if (!isUrgent) otherRuns = false;
      admit();
    }
  };
}
