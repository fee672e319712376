import { expect } from "bun:test";
import { newId } from "@mailwright/platform";
import { JournalCommand, type Model, pick, type Real } from "./journal-model.ts";

/** An email that is there, or one that comes only later or never; of one that cannot come any more nothing is remembered. */
export class Suppress extends JournalCommand {
  constructor(
    readonly which: number,
    readonly email: number,
    readonly unbrought: boolean,
  ) {
    super();
  }
  async act(model: Model, real: Real) {
    const wanted = pick(real.taken, this.which);
    const there = wanted && pick(wanted.recipients, this.email);
    const { id, run } = there ?? { id: newId(), run: 1 };
    const batch = model.index.get(id);
    const { unbrought } = this;
    expect(await real.journal.suppress([{ id, run, unbrought }], Date.now())).toEqual(
      batch === undefined ? [] : [batch],
    );
    if (batch !== undefined || !unbrought) model.suppressed.add(`${id} ${run}`);
  }
}
