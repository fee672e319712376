import { describe, expect, test } from "bun:test";
import { getSimplePaths } from "xstate/graph";
import { emailGraph } from "./graph.ts";
import { emailMachine } from "./machine.ts";
import { step } from "./step.ts";
import {
  DEFAULT_RETRY_POLICY,
  type EmailEvent,
  type EmailRecord,
  type EmailState,
  isSettled,
  newRecord,
} from "./words.ts";

// Two attempts show both sides of `attemptsLeft`; more would only repeat them.
const policy = { ...DEFAULT_RETRY_POLICY, attempts: 2 };
const reason = { code: "unavailable", detail: "HTTP 502" } as const;

/** One fact of each kind; what leads to a next attempt comes twice, in time and so late that none is owed any more. */
const events: EmailEvent[] = [
  { type: "START", at: 0 },
  { type: "DUE", at: 60_000 },
  { type: "SUPPRESSED", at: 0, reason: { code: "suppressed" } },
  { type: "CANCEL", at: 0 },
  { type: "ACCEPTED", at: 0, messageId: "m-1" },
  { type: "REJECTED", at: 0, reason: { code: "rejected" } },
  { type: "UNAUTHORIZED", at: 0, reason: { code: "unauthorized" } },
  { type: "THROTTLED", at: 0, roll: 0.5, reason: { code: "throttled" }, retryAfterMs: 1_000 },
  { type: "UNAVAILABLE", at: 0, roll: 0.5, reason },
  { type: "UNAVAILABLE", at: policy.maxAgeMs, roll: 0.5, reason },
  { type: "AMBIGUOUS", at: 0, reason: { code: "ambiguous" } },
  { type: "INTERRUPTED", at: 0 },
  { type: "CONFIRMED", at: 0, messageId: "m-1" },
  { type: "NOT_ACCEPTED", at: 0, roll: 0.5 },
  { type: "UNRESOLVED", at: 0, roll: 0.5 },
  { type: "UNRESOLVED", at: policy.maxAgeMs, roll: 0.5 },
  { type: "REPORTED", at: 0 },
  { type: "REQUEUE", at: 0 },
];

/** What ends as uncertain since an attempt before may have been accepted, which only happens to what is sent again. */
const IN_DOUBT = [
  "sending-REJECTED-uncertain",
  "sending-UNAUTHORIZED-uncertain",
  "sending-UNAVAILABLE-uncertain",
  "retrying-DUE-uncertain",
  "retrying-SUPPRESSED-uncertain",
  "retrying-CANCEL-uncertain",
  "resolving-NOT_ACCEPTED-uncertain",
];

for (const whenUncertain of ["hold", "resend"] as const) {
  describe(`every simple path of an email, when uncertain: ${whenUncertain}`, () => {
    const input = { policy: { ...policy, whenUncertain } };
    const paths = getSimplePaths(emailMachine, {
      input,
      events,
      // Throttled attempts cost nothing, so only the spent ones tell two situations apart; and whether one of them may have
      // been accepted.
      serializeState: ({ value, context }) =>
        JSON.stringify([
          value,
          context.attempt - context.throttled,
          context.throttled > 0,
          context.doubt === true,
          context.due === policy.maxAgeMs,
        ]),
      // A second throttling says nothing that the first did not.
      stopWhen: ({ context }) => context.throttled > 1,
      toState: ({ value }) => Object.values(value).includes("reported"),
    });

    test("there are paths, and together they take every transition of the machine", () => {
      const taken = new Set(
        paths.flatMap((path) =>
          path.steps.slice(1).map(({ event, state }, index) => {
            const from = topOf(path.steps[index]?.state.value);
            return `${from}-${event.type}-${topOf(state.value)}`;
          }),
        ),
      );
      const drawn = emailGraph().edges.map((edge) => edge.id);
      // A requeue starts the same life again, which no simple path does: step.test.ts has it.
      const elsewhere = new Set(["failed-REQUEUE-queued", "uncertain-REQUEUE-queued"]);
      if (whenUncertain === "hold") {
        elsewhere.add("resolving-UNRESOLVED-retrying");
        for (const edge of IN_DOUBT) elsewhere.add(edge);
      }
      expect(drawn.filter((id) => !taken.has(id) && !elsewhere.has(id))).toEqual([]);
      expect(paths.length).toBeGreaterThan(20);
    });

    for (const path of paths) {
      const story = path.steps.slice(1).map(({ event }) => event);
      const title = `${story.map((event) => event.type).join(" → ")} ends ${topOf(path.state.value)}`;
      test(title, () => {
        let record = newRecord();
        let settledBy: EmailRecord | undefined;
        for (const event of story) {
          const taken = step(record, event, input.policy);
          if (taken === undefined) throw new Error(`${event.type} was ignored in ${record.state}`);
          expectNumbered(record, taken.record, event);
          record = taken.record;
          if (taken.commands.some((command) => command.type === "report")) settledBy = record;
        }
        expect(record.state).toBe(topOf(path.state.value));
        expect(isSettled(record.state)).toBe(true);
        // It was reported in the state it ended in: nobody hears of an end that is not one.
        expect(settledBy).toEqual(record);
        const wasUnresolved = story.some((event) => event.type === "UNRESOLVED");
        if (wasUnresolved) expect(["sent", "uncertain"]).toContain(record.state);
        expect(record.attempt - record.throttled).toBeLessThanOrEqual(policy.attempts);
      });
    }
  });
}

function expectNumbered(before: EmailRecord, after: EmailRecord, event: EmailEvent): void {
  if (event.type === "REPORTED") expect(after).toEqual(before);
  else if (event.type === "REQUEUE") expect([after.run, after.seq]).toEqual([before.run + 1, 0]);
  else expect([after.run, after.seq]).toEqual([before.run, before.seq + 1]);
}

function topOf(value: unknown): EmailState {
  return (typeof value === "string" ? value : Object.keys(value as object)[0]) as EmailState;
}
