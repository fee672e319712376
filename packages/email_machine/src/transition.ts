import type { AnyStateNode } from "xstate";
import { type EmailContext, emailMachine } from "./machine.ts";
import { type Command, DEFAULT_RETRY_POLICY, type EmailEvent, type EmailState } from "./words.ts";

/** Where one transition leads: the state, what the email carries then, and the commands that were given on the way. */
export interface Transition {
  state: EmailState;
  context: EmailContext;
  commands: Command[];
}

/**
 * Takes the machine's transition for an event, if it has one in that state. XState reads the definition, knows the event and
 * asks the guards; what the chosen transition does is looked up once and then applied here. XState's `transition()` recomputes
 * entered and left nodes and copies snapshots: 330 µs of client time an email against 270. `transition.test.ts` holds that
 * both do the same.
 */
export function transit(
  state: EmailState,
  context: EmailContext,
  event: EmailEvent,
): Transition | undefined {
  const [chosen] = emailMachine.getTransitionData(snapshotIn(state, context), event);
  if (chosen === undefined) return undefined;
  const effect = effectOf(chosen);
  const carried = { ...context };
  const commands: Command[] = [];
  const given = { context: carried, event };
  for (const action of effect.actions) {
    if (action.kind === "assign") Object.assign(carried, action.assign(given));
    else commands.push({ type: action.type, ...action.params?.(given) } as Command);
  }
  return { state: effect.state, context: carried, commands };
}

type Chosen = ReturnType<typeof emailMachine.getTransitionData>[number];
type Snapshot = ReturnType<typeof emailMachine.resolveState>;

/** What a transition does, whatever the email: the state that it ends in, and its actions in XState's order. */
interface Effect {
  state: EmailState;
  actions: Action[];
}

type Given = { context: EmailContext; event: EmailEvent };

type Assign = (given: Given) => Partial<EmailContext>;
type Params = (given: Given) => object;

/** Changes what the email carries, or is a command for the runner. */
type Action =
  { kind: "assign"; assign: Assign } | { kind: "command"; type: string; params?: Params };

const effects = new WeakMap<Chosen, Effect>();

function effectOf(chosen: Chosen): Effect {
  const known = effects.get(chosen);
  if (known !== undefined) return known;
  const target = chosen.target?.[0] as AnyStateNode | undefined;
  if (target === undefined) throw new Error(`${chosen.eventType} leads nowhere`);
  const entered = nodesEntered(chosen.source, target).flatMap((node) => node.entry);
  const effect = {
    state: target.path[0] as EmailState,
    actions: [...chosen.actions, ...entered].map((action) => actionOf(action)),
  };
  effects.set(chosen, effect);
  return effect;
}

/** From the outermost node that is not around `from` already, to the innermost that the target begins with. */
function nodesEntered(from: AnyStateNode, target: AnyStateNode): AnyStateNode[] {
  const nodes: AnyStateNode[] = [];
  for (
    let node: AnyStateNode | undefined = target;
    node !== undefined && !isAround(node, from);
    node = node.parent
  )
    nodes.unshift(node);
  for (let node = target; node.type === "compound";) {
    node = node.initial.target[0] as AnyStateNode;
    nodes.push(node);
  }
  return nodes;
}

function isAround(node: AnyStateNode, inner: AnyStateNode): boolean {
  return node.path.every((key, depth) => inner.path[depth] === key);
}

type Defined = Chosen["actions"][number];

/** Only what the machine uses: named actions, which assign or are commands. */
function actionOf(defined: Defined): Action {
  const { type, params } = (typeof defined === "string" ? { type: defined } : defined) as {
    type: string;
    params?: Params;
  };
  const action = (emailMachine.implementations.actions as Record<string, unknown>)[type];
  if (typeof action !== "function") throw new Error(`the machine has no action ${type}`);
  if (!("assignment" in action))
    return { kind: "command", type, ...(params !== undefined && { params }) };
  const { assignment } = action as { assignment: Assign | Partial<EmailContext> };
  return {
    kind: "assign",
    assign: typeof assignment === "function" ? assignment : () => assignment,
  };
}

const EMPTY: EmailContext = { policy: DEFAULT_RETRY_POLICY, attempt: 0, throttled: 0 };
const snapshots = new Map<EmailState, Snapshot>();

/** The state's one snapshot, which is lent this context: XState only looks at it while it chooses. */
function snapshotIn(state: EmailState, context: EmailContext): Snapshot {
  let snapshot = snapshots.get(state);
  if (snapshot === undefined) {
    snapshot = emailMachine.resolveState({ value: state, context: EMPTY });
    snapshots.set(state, snapshot);
  }
  snapshot.context = context;
  return snapshot;
}
