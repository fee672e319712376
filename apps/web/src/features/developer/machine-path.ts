import type { MachineGraph } from "@mailwright/email_machine";

/** One transition of an email, as the ledger has it: what happened, and the state it led to. */
export interface Transition {
  event: string;
  state: string;
}

/**
 * Which transitions of the machine an email made, by their ids: what `MachineDrawing` takes as `taken`. `history` is in
 * its order, and may hold several runs. A transition that the machine does not have (an older version of it made it) is
 * left out, and the way goes on from where it led.
 */
export function pathOf(graph: MachineGraph, history: readonly Transition[]): string[] {
  const taken = new Set<string>();
  let from = graph.initial;
  for (const { event, state } of history) {
    const edge = graph.edges.find(
      (one) => one.from === from && one.event === event && one.to === state,
    );
    if (edge !== undefined) taken.add(edge.id);
    from = state;
  }
  return [...taken];
}
