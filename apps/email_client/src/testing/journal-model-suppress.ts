import { expect } from "bun:test";
import { newId } from "@mailwright/platform";
import { JournalCommand, type Model, pick, type Real } from "./journal-model.ts";

/** An email that is there, or one that comes only later or never. */
export class Suppress extends JournalCommand {
  constructor(
    readonly which: number,
    readonly email: number,
  ) {
    super();
  }
  async act(model: Model, real: Real) {
    const wanted = pick(real.taken, this.which);
    const there = wanted && pick(wanted.recipients, this.email);
    const { id, run } = there ?? { id: newId(), run: 1 };
    const batch = model.index.get(id);
    expect(await real.journal.suppress([{ id, run }], Date.now())).toEqual(
      batch === undefined ? [] : [batch],
    );
    model.suppressed.add(`${id} ${run}`);
  }
}
