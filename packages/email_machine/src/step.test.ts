import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { anyEvent, anyPolicy } from "./arbitraries.ts";
import { LONGEST_RETRY_AFTER_MS } from "./backoff.ts";
import { emailGraph } from "./graph.ts";
import { step } from "./step.ts";
import {
  DEFAULT_RETRY_POLICY,
  type EmailEvent,
  type EmailRecord,
  isSettled,
  newRecord,
  type RetryPolicy,
} from "./words.ts";

const drawn = new Set(emailGraph().edges.map((edge) => edge.id));

test("whatever happens in whatever order, an email only takes transitions of the machine, numbered without gaps", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), anyPolicy, (events, policy) => {
      let record = newRecord();
      for (const event of events) {
        const taken = step(record, event, policy);
        if (taken === undefined) continue;
        expectLawful(record, event, taken.record, policy);
        record = taken.record;
      }
    }),
    { numRuns: 500 },
  );
});

function expectLawful(
  before: EmailRecord,
  event: EmailEvent,
  after: EmailRecord,
  policy: RetryPolicy,
): void {
  if (event.type === "REPORTED") {
    expect(after).toEqual(before);
    return;
  }
  expect(drawn).toContain(`${before.state}-${event.type}-${after.state}`);
  if (event.type === "REQUEUE") {
    expect(after).toEqual(newRecord(before.run + 1));
    return;
  }
  expect([after.run, after.seq]).toEqual([before.run, before.seq + 1]);
  if (isSettled(before.state))
    expect([before.state, event.type]).toEqual(["uncertain", "CONFIRMED"]);
  expect(after.attempt - before.attempt).toBe(after.state === "sending" ? 1 : 0);
  if (after.state === "retrying") {
    expect(after.due).toBeLessThanOrEqual((after.firstAt as number) + policy.maxAgeMs);
    expect(Number.isFinite(after.due)).toBe(true);
  }
  expect(after.due === undefined).toBe(after.state !== "retrying");
}

test("the record is plain data: what JSON keeps of it is all there is", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 20 }), anyPolicy, (events, policy) => {
      let record = newRecord();
      for (const event of events) {
        const stored = JSON.parse(JSON.stringify(record)) as EmailRecord;
        const [fromMemory, fromStore] = [step(record, event, policy), step(stored, event, policy)];
        expect(fromStore).toEqual(fromMemory);
        record = fromMemory?.record ?? record;
      }
    }),
  );
});

test("an email found in sending after a crash is never delivered again by restoring it", () => {
  const sending = step(newRecord(), { type: "START", at: 0 }, DEFAULT_RETRY_POLICY)
    ?.record as EmailRecord;
  const interrupted = step(sending, { type: "INTERRUPTED", at: 10 }, DEFAULT_RETRY_POLICY);
  expect(interrupted?.commands).toEqual([{ type: "resolve" }]);
  const unresolved = step(
    interrupted?.record as EmailRecord,
    { type: "UNRESOLVED", at: 20, roll: 0 },
    DEFAULT_RETRY_POLICY,
  );
  expect([unresolved?.record.state, unresolved?.commands]).toEqual([
    "uncertain",
    [{ type: "report" }],
  ]);
});

test("a throttled attempt uses up no attempt and waits as long as it was told", () => {
  const policy = { ...DEFAULT_RETRY_POLICY, attempts: 1 };
  let record = step(newRecord(), { type: "START", at: 0 }, policy)?.record as EmailRecord;
  for (let round = 1; round <= 5; round++) {
    const throttled = step(
      record,
      {
        type: "THROTTLED",
        at: round,
        roll: 0,
        reason: { code: "throttled" },
        retryAfterMs: 30_000,
      },
      policy,
    );
    expect(throttled?.commands).toEqual([{ type: "schedule", due: round + 30_000 }]);
    record = step(throttled?.record as EmailRecord, { type: "DUE", at: round + 30_000 }, policy)
      ?.record as EmailRecord;
  }
  const last = step(
    record,
    { type: "UNAVAILABLE", at: 9, roll: 0, reason: { code: "unavailable" } },
    policy,
  );
  expect([last?.record.state, last?.record.reason?.code]).toEqual(["failed", "exhausted"]);
});

describe("an attempt that was due in time and is asked for late, after a pause of days", () => {
  const policy = { ...DEFAULT_RETRY_POLICY, attempts: 10 };
  const late = 7 * policy.maxAgeMs;
  const reason = { code: "unavailable" } as const;
  const after = (...events: EmailEvent[]) =>
    events.reduce((record, event) => step(record, event, policy)?.record ?? record, newRecord());
  const owed: EmailEvent[] = [
    { type: "START", at: 0 },
    { type: "UNAVAILABLE", at: 1, roll: 1, reason },
    { type: "DUE", at: late },
  ];

  test("is made, and is the last", () => {
    expect(after(...owed)).toMatchObject({ state: "sending", attempt: 2 });
    const failed: EmailEvent = { type: "UNAVAILABLE", at: late + 1, roll: 1, reason };
    expect(after(...owed, failed, { type: "DUE", at: late + 2 })).toMatchObject({
      state: "failed",
      reason: { code: "expired" },
    });
  });

  test("is not made when the time was over already", () => {
    const events: EmailEvent[] = [
      { type: "START", at: 0 },
      { type: "UNAVAILABLE", at: policy.maxAgeMs - 1, roll: 1, reason },
      { type: "DUE", at: policy.maxAgeMs },
    ];
    expect(after(...events)).toMatchObject({ state: "failed", reason: { code: "expired" } });
  });
});

describe("an email whose next wait would take it past its time", () => {
  const policy = DEFAULT_RETRY_POLICY;
  const last = policy.maxAgeMs - 1;
  const asked: EmailEvent[] = [
    { type: "START", at: 0 },
    {
      type: "THROTTLED",
      at: 10,
      roll: 0.5,
      reason: { code: "throttled" },
      retryAfterMs: policy.maxAgeMs,
    },
  ];
  const after = (...events: EmailEvent[]) =>
    events.reduce((record, event) => step(record, event, policy)?.record ?? record, newRecord());

  test("waits no longer than to the last moment at which it may be tried, and is tried then", () => {
    expect(after(...asked).due).toBe(last);
    expect(after(...asked, { type: "DUE", at: last })).toMatchObject({
      state: "sending",
      attempt: 2,
    });
  });

  test("does so whatever it waits for: only where no moment is left it waits to be failed", () => {
    const waits = anyEvent.filter(({ type }) => type === "THROTTLED" || type === "UNAVAILABLE");
    fc.assert(
      fc.property(waits, anyPolicy, fc.integer({ min: 0, max: 100_000 }), (event, policy, left) => {
        const at = Math.max(0, policy.maxAgeMs - left);
        const sending = step(newRecord(), { type: "START", at: 0 }, policy)?.record as EmailRecord;
        const { due } = step(sending, { ...event, at }, { ...policy, attempts: 2 })!.record;
        expect((due as number) < policy.maxAgeMs).toBe(at < policy.maxAgeMs - 1);
      }),
    );
  });

  test("is failed after that attempt, and not tried again and again in its last moment", () => {
    const [, throttled] = asked;
    const tried = [
      ...asked,
      { type: "DUE", at: last },
      { ...throttled!, at: last },
    ] as EmailEvent[];
    expect(after(...tried).due).toBe(policy.maxAgeMs);
    expect(after(...tried, { type: "DUE", at: policy.maxAgeMs })).toMatchObject({
      state: "failed",
      reason: { code: "expired" },
    });
  });
});

test.each([0, 1_000, undefined])(
  "an email that is throttled for as long as any may be tried comes nowhere near the last number of the ledger (Retry-After %p ms)",
  (retryAfterMs) => {
    const days30 = 30 * 24 * 3_600_000;
    const policy = { ...DEFAULT_RETRY_POLICY, firstWaitMs: 10, maxWaitMs: 10, maxAgeMs: days30 };
    const reason = { code: "throttled" } as const;
    let record = step(newRecord(), { type: "START", at: 0 }, policy)?.record as EmailRecord;
    let now = 0;
    while (!isSettled(record.state) && record.seq < 32_767) {
      const event: EmailEvent =
        record.state === "sending"
          ? {
              type: "THROTTLED",
              at: now,
              roll: 0,
              reason,
              ...(retryAfterMs !== undefined && { retryAfterMs }),
            }
          : { type: "DUE", at: (now = record.due as number) };
      record = step(record, event, policy)?.record as EmailRecord;
    }
    expect([record.state, record.reason?.code, now]).toEqual(["failed", "expired", days30]);
    expect(record.seq).toBeLessThan(4_000);
  },
);

test("an absurd Retry-After is believed for a day at most", () => {
  const policy = { ...DEFAULT_RETRY_POLICY, maxAgeMs: Number.MAX_SAFE_INTEGER };
  const sending = step(newRecord(), { type: "START", at: 0 }, policy)?.record as EmailRecord;
  const throttled = step(
    sending,
    { type: "THROTTLED", at: 0, roll: 0, reason: { code: "throttled" }, retryAfterMs: 1e15 },
    policy,
  );
  expect(throttled?.record.due).toBe(LONGEST_RETRY_AFTER_MS);
});

for (const state of ["failed", "uncertain"] as const) {
  test(`a requeue of a ${state} email starts its next run from nothing`, () => {
    const ended: EmailRecord = {
      ...newRecord(2),
      state,
      seq: 5,
      attempt: 4,
      throttled: 1,
      firstAt: 1,
      messageId: "m",
    };
    expect(step(ended, { type: "REQUEUE", at: 9 }, DEFAULT_RETRY_POLICY)?.record).toEqual(
      newRecord(3),
    );
  });
}
