/** How fast a campaign comes to its end, seen over the last seconds. */
export interface Pace {
  /** Emails that come to an end, a second. */
  perSecond: number;
  /** How long the rest takes at this pace, in milliseconds. */
  leftMs: number;
}

/** What was seen when: how many emails had come to an end. */
interface Sample {
  at: number;
  settled: number;
}

/** Over this long the pace is taken: batches end in bursts, and a shorter look would jump about. */
const WINDOW_MS = 15_000;
/** A pace of less than this would be a guess. */
const LEAST_MS = 1_000;

/** Measures the pace of one campaign from looks at it, however far they lie apart. */
export class Rate {
  private samples: Sample[] = [];

  /** Takes a look into account; the answer is the pace, once there is one. */
  note(at: number, settled: number, open: number): Pace | undefined {
    const last = this.samples.at(-1);
    // Emails were requeued, so what was settled is open again; or the clock was set back.
    if (last !== undefined && (settled < last.settled || at < last.at)) this.samples = [];
    this.samples.push({ at, settled });
    const recent = this.samples.filter((sample) => at - sample.at <= WINDOW_MS);
    // At least one that is older stays, for looks that lie further apart than the window.
    this.samples = recent.length > 1 ? recent : this.samples.slice(-2);
    const first = this.samples[0];
    if (first === undefined || at - first.at < LEAST_MS) return undefined;
    const perSecond = ((settled - first.settled) * 1_000) / (at - first.at);
    return perSecond > 0 ? { perSecond, leftMs: (open / perSecond) * 1_000 } : undefined;
  }
}
