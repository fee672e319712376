import { expect, test } from "bun:test";
import fc from "fast-check";
import { transition } from "xstate";
import { anyEvent, anyPolicy, anyReason } from "./arbitraries.ts";
import { emailGraph } from "./graph.ts";
import { type EmailContext, emailMachine } from "./machine.ts";
import { transit } from "./transition.ts";
import { type Command, EMAIL_STATES, type EmailEvent, type EmailState } from "./words.ts";

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const anyContext: fc.Arbitrary<EmailContext> = fc.record({
  policy: anyPolicy,
  attempt: fc.integer({ min: 0, max: 8 }),
  throttled: fc.integer({ min: 0, max: 8 }),
  firstAt: maybe(fc.integer({ min: 0, max: 48 * 3_600_000 })),
  due: maybe(fc.nat()),
  messageId: maybe(fc.string()),
  reason: maybe(anyReason),
  doubt: fc.constantFrom(true, undefined),
});

test("an email takes the transition that XState takes, with the same commands, wherever it stands and whatever happens", () => {
  const taken = new Set<string>();
  fc.assert(
    fc.property(fc.constantFrom(...EMAIL_STATES), anyContext, anyEvent, (state, context, event) => {
      const ours = transit(state, { ...context }, event);
      expect(ours).toEqual(byXState(state, context, event));
      if (ours !== undefined) taken.add(`${state}-${event.type}-${ours.state}`);
    }),
    { numRuns: 20_000 },
  );
  const drawn = emailGraph().edges.map(({ id }) => id);
  expect([...taken].filter((id) => !id.includes("REPORTED")).toSorted()).toEqual(
    [...new Set(drawn)].toSorted(),
  );
});

/** The same by XState alone. */
function byXState(state: EmailState, context: EmailContext, event: EmailEvent) {
  const before = emailMachine.resolveState({ value: state, context });
  const [after, actions] = transition(emailMachine, before, event);
  if (!before.can(event)) return undefined;
  const value: string | object = after.value;
  return {
    state: (typeof value === "string" ? value : Object.keys(value)[0]) as EmailState,
    context: after.context,
    commands: actions.map(({ type, params }) => ({ type, ...(params as object) }) as Command),
  };
}
