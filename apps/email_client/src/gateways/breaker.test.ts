import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { BREAKER, type Breaker, createBreaker } from "./breaker.ts";
import type { Outcome } from "./gateway.ts";

const accepted: Outcome = { kind: "accepted", messageId: "m" };
const rejected: Outcome = { kind: "rejected", detail: "no" };
const unauthorized: Outcome = { kind: "unauthorized", detail: "no" };
const unavailable: Outcome = { kind: "unavailable", detail: "no" };
const ambiguous: Outcome = { kind: "ambiguous", detail: "no" };
const throttled = (retryAfterMs?: number): Outcome => ({
  kind: "throttled",
  detail: "no",
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

function broken(now: number) {
  const breaker = createBreaker();
  for (let i = 0; i < BREAKER.unavailableInARow; i++) breaker.record(unavailable, now);
  return breaker;
}

const admits = (breaker: Breaker, now: number) => breaker.admit(now) !== undefined;

describe("it opens", () => {
  test.each([
    ["refusals of our credentials", unauthorized, BREAKER.unauthorizedInARow],
    ["failures to serve", unavailable, BREAKER.unavailableInARow],
    ["attempts without an answer", ambiguous, BREAKER.unavailableInARow],
  ])("at so many %s in a row and not before", (_what, outcome, inARow) => {
    const breaker = createBreaker();
    for (let i = 1; i < inARow; i++) breaker.record(outcome, 0);
    expect([breaker.state(), admits(breaker, 0)]).toEqual(["closed", true]);
    breaker.record(outcome, 0);
    expect([breaker.state(), admits(breaker, 0), breaker.waitMs(0)]).toEqual([
      "open",
      false,
      BREAKER.firstPauseMs,
    ]);
  });

  test.each([accepted, rejected, throttled()])(
    "never while the gateway shows between the failures that it works and knows us: %j",
    (sign) => {
      const breaker = createBreaker();
      for (let i = 0; i < 500; i++) {
        breaker.record(i % 9 === 0 ? sign : unauthorized, i);
        breaker.record(unavailable, i);
        breaker.record(sign, i);
        expect(breaker.state()).toBe("closed");
      }
    },
  );
});

describe("half-open", () => {
  test("it admits one probe, and whoever asks meanwhile waits", () => {
    const breaker = broken(0);
    const now = BREAKER.firstPauseMs;
    expect(breaker.waitMs(now)).toBe(0);
    expect([admits(breaker, now), admits(breaker, now), breaker.state()]).toEqual([
      true,
      false,
      "half-open",
    ]);
    expect(breaker.waitMs(now)).toBeGreaterThan(0);
  });

  test("a probe that is accepted closes it", () => {
    const breaker = broken(0);
    breaker.admit(BREAKER.firstPauseMs);
    breaker.record(accepted, BREAKER.firstPauseMs + 5);
    expect([breaker.state(), breaker.waitMs(BREAKER.firstPauseMs + 5)]).toEqual(["closed", 0]);
  });

  test("a probe that fails opens it for twice as long, up to the longest pause", () => {
    const breaker = broken(0);
    const pauses: number[] = [];
    for (let now = 0, probe = 0; probe < 10; probe++) {
      const pause = breaker.waitMs(now);
      pauses.push(pause);
      now += pause;
      expect(admits(breaker, now)).toBe(true);
      breaker.record(unavailable, now);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map((s) => s * 1_000));
  });

  test("a probe that never comes back frees its place", () => {
    const breaker = broken(0);
    const now = BREAKER.firstPauseMs;
    breaker.admit(now);
    expect(admits(breaker, now + BREAKER.probePatienceMs - 1)).toBe(false);
    expect(admits(breaker, now + BREAKER.probePatienceMs)).toBe(true);
  });

  test("a probe that is over without a word of the gateway frees its place at once", () => {
    const breaker = broken(0);
    const now = BREAKER.firstPauseMs;
    const over = breaker.admit(now);
    over?.();
    expect([breaker.state(), breaker.waitMs(now)]).toEqual(["open", 0]);
    expect(admits(breaker, now)).toBe(true);
    // It is said once more, when everything else about the email has ended.
    over?.();
    expect(admits(breaker, now)).toBe(false);
  });

  test.each<[string, Outcome]>([
    ["a message that it may not be handed", { ...rejected, unasked: true }],
    ["want of a connection", { kind: "throttled", detail: "busy", retryAfterMs: 9, unasked: true }],
  ])(
    "a probe of which the gateway never heard, for %s, neither closes it nor opens it for longer",
    (_why, outcome) => {
      const breaker = broken(0);
      const now = BREAKER.firstPauseMs;
      const over = breaker.admit(now);
      breaker.record(outcome, now);
      expect(breaker.state()).toBe("half-open");
      over?.();
      expect([breaker.state(), breaker.waitMs(now)]).toEqual(["open", 0]);
    },
  );

  test("a probe that was told of is not taken for the next one when it is over", () => {
    const breaker = broken(0);
    const first = breaker.admit(BREAKER.firstPauseMs);
    breaker.record(unavailable, BREAKER.firstPauseMs);
    const now = 3 * BREAKER.firstPauseMs;
    breaker.admit(now);
    first?.();
    expect([breaker.state(), admits(breaker, now)]).toEqual(["half-open", false]);
  });

  test("attempts that were under way when it opened do not make the pause longer", () => {
    const breaker = broken(0);
    for (let i = 0; i < 100; i++) breaker.record(unavailable, 10);
    expect(breaker.waitMs(10)).toBe(BREAKER.firstPauseMs - 10);
  });
});

describe("a gateway that asks for time", () => {
  test("is left alone by all for as long as it said, and stays closed", () => {
    const breaker = createBreaker();
    breaker.record(throttled(3_000), 100);
    expect([breaker.state(), breaker.waitMs(100), admits(breaker, 3_099)]).toEqual([
      "closed",
      3_000,
      false,
    ]);
    expect(admits(breaker, 3_100)).toBe(true);
  });

  test("is asked again after the longest pause, whatever it said", () => {
    const breaker = createBreaker();
    breaker.record(throttled(Number.POSITIVE_INFINITY), 0);
    expect(breaker.waitMs(0)).toBe(BREAKER.longestPauseMs);
  });
});

test("a clock that is set back by hours makes nobody wait for hours", () => {
  const hours = 2 * 3_600_000;
  const breaker = broken(hours);
  expect(breaker.waitMs(0)).toBe(BREAKER.firstPauseMs);
  expect(admits(breaker, BREAKER.firstPauseMs)).toBe(true);
  const halfOpen = broken(hours);
  halfOpen.admit(hours + BREAKER.firstPauseMs);
  halfOpen.waitMs(0);
  expect(admits(halfOpen, BREAKER.probePatienceMs)).toBe(true);
});

test("whatever happens when, nobody is ever told to wait longer than the longest pause, and it recovers", () => {
  const outcome = fc.constantFrom<Outcome>(
    accepted,
    rejected,
    unauthorized,
    unavailable,
    ambiguous,
    throttled(1e12),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(outcome, fc.integer({ min: -1e7, max: 1e7 }))), (story) => {
      const breaker = createBreaker();
      let now = 1e9;
      for (const [each, later] of story) {
        now += later;
        expect(breaker.waitMs(now)).toBeLessThanOrEqual(BREAKER.longestPauseMs);
        breaker.admit(now);
        for (let i = 0; i < 50; i++) breaker.record(each, now);
      }
      now += BREAKER.longestPauseMs;
      expect(admits(breaker, now)).toBe(true);
      breaker.record(accepted, now);
      expect([breaker.state(), breaker.waitMs(now)]).toEqual(["closed", 0]);
    }),
  );
});
