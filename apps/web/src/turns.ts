/** Runs something when its turn has come; what is not urgent comes after all that is. */
export type Turns = <T>(run: () => Promise<T>, urgent?: boolean) => Promise<T>;

/** Runs at most `most` at once; the others wait, the urgent ones before the rest. */
export function takingTurns(most: number): Turns {
  const urgent: (() => void)[] = [];
  const others: (() => void)[] = [];
  let running = 0;
  return async (run, isUrgent = true) => {
    const line = isUrgent ? urgent : others;
    if (running >= most) await new Promise<void>((resolve) => void line.push(resolve));
    else running += 1;
    try {
      return await run();
    } finally {
      // The turn is handed on, so nobody who comes later gets in between.
      const next = urgent.shift() ?? others.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
