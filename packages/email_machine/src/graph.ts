import { emailMachine } from "./machine.ts";

/** A state as it is drawn. */
export interface MachineNode {
  id: string;
  description: string;
  settled: boolean;
  /** Commands given when the state is entered. */
  commands: string[];
}

/** A transition as it is drawn: `event [guard]` from state to state. */
export interface MachineEdge {
  id: string;
  from: string;
  to: string;
  event: string;
  guard?: string;
}

export interface MachineGraph {
  name: string;
  initial: string;
  nodes: MachineNode[];
  edges: MachineEdge[];
}

/**
 * The machine's graph, read from its definition: what is drawn is what runs. The two sub-states of a settled state
 * (waiting for web's acknowledgement, acknowledged) are told in the state's own node, not drawn.
 */
export function emailGraph(): MachineGraph {
  const { root } = emailMachine;
  const states = Object.values(root.states);
  return {
    name: root.key,
    initial: root.initial.target[0]?.key ?? "",
    nodes: states.map((state) => ({
      id: state.key,
      description: state.description ?? "",
      settled: state.tags.includes("settled"),
      commands: state.entry.flatMap((action) =>
        typeof action === "string" ? action : "type" in action ? action.type : [],
      ),
    })),
    edges: states.flatMap((state) =>
      [...state.transitions.values()].flat().flatMap((transition) =>
        (transition.target ?? []).map((target) => ({
          id: `${state.key}-${transition.eventType}-${target.key}`,
          from: state.key,
          to: target.key,
          event: transition.eventType,
          ...(typeof transition.guard === "string" && { guard: transition.guard }),
        })),
      ),
    ),
  };
}
