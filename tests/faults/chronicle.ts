import { calmOf, type Stretch } from "../harness/stretches.ts";
import type { Fault } from "./faults.ts";
import type { Line } from "./story.ts";

/** A fault that struck, from when until it was healed. */
interface Episode extends Stretch {
  fault: Fault;
}

/** How long what was held back somewhere comes bunched after it was let go. */
const BUNCHED_MS = 3_000;
/** What went wrong so long before or after something may have to do with it. */
const AROUND_MS = 15_000;

/** What went wrong in an installation, what people did meanwhile, and when. */
export class Chronicle {
  private readonly from = Date.now();
  private readonly episodes: Episode[] = [];
  private readonly deeds: { name: string; at: number }[] = [];

  struck(fault: Fault, from: number): void {
    this.episodes.push({ fault, from, to: Date.now() });
  }

  done(name: string): void {
    this.deeds.push({ name, at: Date.now() });
  }

  /** How often each fault struck and each deed was done. */
  get counts(): Record<string, number> {
    const names = [
      ...this.episodes.map(({ fault }) => fault.name),
      ...this.deeds.map(({ name }) => name),
    ];
    return Object.fromEntries(
      [...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]),
    );
  }

  /** Until now, when nothing bunched attempts on their way. */
  calmForRates(): Stretch[] {
    return this.calm((fault) => (fault.bunches === true ? BUNCHED_MS : undefined));
  }

  /** Until now, when nothing kept the word of a suppression from the email client. */
  calmForWords(): Stretch[] {
    return this.calm(({ silencesMs }) => silencesMs);
  }

  /** What may have to do with what happened in a stretch. */
  around({ from, to }: Stretch): Line[] {
    const episodes = this.episodes
      .filter((each) => each.to > from - AROUND_MS && each.from < to + AROUND_MS)
      .flatMap(({ fault: { name }, ...each }) => [
        { at: each.from, of: "fault", text: name },
        { at: each.to, of: "healed", text: name },
      ]);
    const deeds = this.deeds
      .filter(({ at }) => at > from - AROUND_MS && at < to + AROUND_MS)
      .map(({ at, name }) => ({ at, of: "somebody", text: name }));
    return [...episodes, ...deeds];
  }

  /** `lastsMs`: how long a fault goes on to do harm after it was healed, if it does any. */
  private calm(lastsMs: (fault: Fault) => number | undefined): Stretch[] {
    const harmed = this.episodes.flatMap(({ fault, from, to }) => {
      const lasts = lastsMs(fault);
      return lasts === undefined ? [] : [{ from, to: to + lasts }];
    });
    return calmOf({ from: this.from, to: Date.now() }, harmed);
  }
}
