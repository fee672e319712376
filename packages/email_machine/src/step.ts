import { type ActorScope, createActor, type ExecutableActionObject } from "xstate";
import { type EmailContext, emailMachine } from "./machine.ts";
import {
  type Command,
  DEFAULT_RETRY_POLICY,
  type EmailEvent,
  type EmailRecord,
  type EmailState,
  type RetryPolicy,
} from "./words.ts";

/** A transition that was made: the email as it is now, and what the runner has to do. */
export interface Step {
  record: EmailRecord;
  commands: Command[];
}

/**
 * Takes one email one step. Pure: the same record, event and policy give the same step. An event that means nothing in
 * the record's state (a late or repeated fact) gives `undefined`, and nothing has happened.
 */
export function step(
  record: EmailRecord,
  event: EmailEvent,
  policy: RetryPolicy,
): Step | undefined {
  const [after, actions] = pureTransition(restore(record, policy), event);
  const commands = actions.flatMap((action) => asCommand(action));
  const state = topState(after.value);
  if (state === record.state) {
    // Only REPORTED ends inside the same state; it is no transition of the history and has no number.
    return commands.length > 0 ? { record, commands } : undefined;
  }
  const { attempt, throttled, firstAt, due, messageId, reason, doubt } = after.context;
  const { gateway, gatewayVersion } = record;
  const requeued = event.type === "REQUEUE";
  return {
    commands,
    record: {
      v: 1,
      state,
      run: requeued ? record.run + 1 : record.run,
      seq: requeued ? 0 : record.seq + 1,
      attempt,
      throttled,
      ...(firstAt !== undefined && { firstAt }),
      ...(due !== undefined && state === "retrying" && { due }),
      ...(messageId !== undefined && { messageId }),
      ...(reason !== undefined && { reason }),
      ...(doubt !== undefined && { doubt }),
      ...(gateway !== undefined && !requeued && { gateway }),
      ...(gatewayVersion !== undefined && !requeued && { gatewayVersion }),
    },
  };
}

type Snapshot = ReturnType<typeof emailMachine.resolveState>;

function restore(record: EmailRecord, policy: RetryPolicy): Snapshot {
  const { state, attempt, throttled, firstAt, due, messageId, reason, doubt } = record;
  // Which nodes a state is made of never changes. Resolving it each time took a quarter of a step: 14 µs, now 11.
  let resolved = resolvedStates.get(state);
  if (resolved === undefined) {
    resolved = emailMachine.resolveState({ value: state, context: EMPTY });
    resolvedStates.set(state, resolved);
  }
  const context = { policy, attempt, throttled, firstAt, due, messageId, reason, doubt };
  return { ...resolved, context } as Snapshot;
}

const EMPTY: EmailContext = { policy: DEFAULT_RETRY_POLICY, attempt: 0, throttled: 0 };
const resolvedStates = new Map<EmailState, Snapshot>();

// XState's own `transition()` builds an actor and two actor systems for every call: 22 µs a step here, against 8 µs with
// one inert scope for all. The actor is never started and nothing in the machine looks at it.
const inertActor = createActor(emailMachine, { input: { policy: DEFAULT_RETRY_POLICY } });
let collected: ExecutableActionObject[] = [];
const inertScope: ActorScope<Snapshot, EmailEvent> = {
  self: inertActor as unknown as ActorScope<Snapshot, EmailEvent>["self"],
  system: inertActor.system,
  id: "",
  sessionId: "",
  logger: () => {},
  defer: () => {},
  emit: () => {},
  stopChild: () => {},
  actionExecutor: (action) => {
    collected.push(action);
  },
};

function pureTransition(
  snapshot: Snapshot,
  event: EmailEvent,
): [Snapshot, ExecutableActionObject[]] {
  collected = [];
  const after = emailMachine.transition(snapshot, event, inertScope as never);
  return [after, collected];
}

function topState(value: string | object): EmailState {
  return (typeof value === "string" ? value : Object.keys(value)[0]) as EmailState;
}

const COMMANDS: ReadonlySet<string> = new Set<Command["type"]>([
  "deliver",
  "schedule",
  "resolve",
  "report",
  "forget",
]);

function asCommand(action: { type: string; params?: unknown }): Command[] {
  if (!COMMANDS.has(action.type)) return [];
  return [{ type: action.type, ...(action.params as object | undefined) } as Command];
}
