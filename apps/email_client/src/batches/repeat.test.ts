import { expect, test } from "bun:test";
import { type EmailEvent, type EmailRecord, newRecord } from "@mailwright/email_machine";
import { createSemaphore, newId, silentLog } from "@mailwright/platform";
import type { LastKnown } from "@mailwright/protocol";
import { ManualClock } from "@mailwright/testing";
import { recipient } from "../testing/factories.ts";
import { resolve, type ResolveContext } from "./resolve.ts";

const claim = {
  batch: newId(),
  fence: 1,
  campaign: newId(),
  content: "",
  gateway: "",
  suppressed: new Set<string>(),
  emails: [],
};
const DEADLINE_MS = 1_000;
const AGO_MS = 60_000;

/** What is found out about an attempt of a minute ago by repeating it, and how often that was done. */
async function resolved(given: {
  windowMs: number;
  lastKnown?: LastKnown;
  setBackMs?: number;
  /** Of the gateway that would be asked now; the attempt was made by the first. */
  version?: string;
  /** Undefined: nothing may be sent now. Of several, one after the other, and the last again and again. */
  answer?: EmailEvent | readonly EmailEvent[] | undefined;
  /** How long it takes until a call's turn has come. */
  turnMs?: number;
  /** What who made the attempt says of it in the end. */
  testimony?: EmailEvent;
}): Promise<[string, number]> {
  const clock = new ManualClock();
  const record: EmailRecord = {
    ...newRecord(),
    state: "resolving",
    attempt: 1,
    firstAt: clock.now() - AGO_MS + (given.setBackMs ?? 0),
    gatewayVersion: "first",
    reason: { code: "ambiguous" },
  };
  let repeats = 0;
  const slots = createSemaphore(1);
  const context: ResolveContext = {
    claim,
    gateway: undefined,
    repeat: {
      windowMs: given.windowMs,
      version: given.version ?? "first",
      async turn(patienceMs, signal) {
        expect(slots.inUse()).toBe(0);
        const ms = given.turnMs ?? 0;
        if (ms > patienceMs) return false;
        await clock.sleep(ms, signal);
        return true;
      },
      async attempt() {
        expect(slots.inUse()).toBe(1);
        const answers = [given.answer].flat();
        return answers[Math.min(repeats++, answers.length - 1)];
      },
    },
    slots,
    testimonies: { give: async () => {}, hear: async () => given.testimony },
    clock,
    log: silentLog,
    attemptDeadlineMs: DEADLINE_MS,
    pace: { askAgainMs: 100 },
    signal: new AbortController().signal,
  };
  const person = recipient(given.lastKnown && { last_known: given.lastKnown });
  const running = resolve({ id: person.id, recipient: person, record }, context);
  while (Bun.peek.status(running) === "pending") await clock.advance(50);
  const event = await running;
  return [event === "stopped" ? event : event.type, repeats];
}

const ACCEPTED: EmailEvent = { type: "ACCEPTED", at: 1, messageId: "m-1" };
const REJECTED: EmailEvent = { type: "REJECTED", at: 1, reason: { code: "rejected" } };
const AMBIGUOUS: EmailEvent = { type: "AMBIGUOUS", at: 1, reason: { code: "ambiguous" } };
const UNAVAILABLE: EmailEvent = {
  type: "UNAVAILABLE",
  at: 1,
  reason: { code: "unavailable" },
  roll: 0,
};
const A_DAY = 86_400_000;

test("an attempt is repeated while the service knows its key, and not a moment longer than is sure", async () => {
  const enough = AGO_MS + DEADLINE_MS;
  expect(await resolved({ windowMs: enough + 1, answer: ACCEPTED })).toEqual(["CONFIRMED", 1]);
  expect(await resolved({ windowMs: enough, answer: ACCEPTED })).toEqual(["UNRESOLVED", 0]);
});

test("it is not repeated where nobody knows when it was made: lost by the journal, or by a clock that was set back", async () => {
  const lastKnown: LastKnown = { seq: 0, state: "queued", attempt: 0 };
  const lost = await resolved({ windowMs: A_DAY, answer: ACCEPTED, lastKnown });
  const setBackMs = 2 * AGO_MS;
  const earlier = await resolved({ windowMs: A_DAY, answer: ACCEPTED, setBackMs });
  expect([lost, earlier]).toEqual([
    ["UNRESOLVED", 0],
    ["UNRESOLVED", 0],
  ]);
});

test("it is not repeated through a gateway that has changed since", async () => {
  const changed = await resolved({ windowMs: A_DAY, answer: ACCEPTED, version: "second" });
  expect(changed).toEqual(["UNRESOLVED", 0]);
});

test("a refusal of the repetition says nothing of the first attempt", async () => {
  expect(await resolved({ windowMs: A_DAY, answer: REJECTED })).toEqual(["UNRESOLVED", 3]);
});

function throttled(retryAfterMs: number): EmailEvent {
  return { type: "THROTTLED", at: 1, reason: { code: "throttled" }, roll: 0, retryAfterMs };
}

test("a service that asks for patience is asked again when it wants to be, for a minute, and that is no try", async () => {
  const busy = Array.from({ length: 10 }, () => throttled(2_000));
  expect(await resolved({ windowMs: A_DAY, answer: [...busy, ACCEPTED] })).toEqual([
    "CONFIRMED",
    11,
  ]);
  // Thirty of two seconds, and then three tries as ever.
  expect(await resolved({ windowMs: A_DAY, answer: throttled(2_000) })).toEqual(["UNRESOLVED", 33]);
  expect(await resolved({ windowMs: A_DAY, answer: throttled(A_DAY) })).toEqual(["UNRESOLVED", 3]);
});

test("it waits for its turn by the gateway's rate without a slot, and not beyond the time that the key is known", async () => {
  const soon = { windowMs: AGO_MS + 10_000, turnMs: 3_000 };
  expect(await resolved({ ...soon, answer: UNAVAILABLE })).toEqual(["UNRESOLVED", 3]);
  expect(await resolved({ ...soon, turnMs: 6_000, answer: UNAVAILABLE })).toEqual([
    "UNRESOLVED",
    2,
  ]);
  const far = { windowMs: A_DAY, turnMs: 3_600_000 };
  expect(await resolved({ ...far, answer: ACCEPTED })).toEqual(["UNRESOLVED", 0]);
});

test("where nothing may be sent any more, it is left at that", async () => {
  expect(await resolved({ windowMs: A_DAY, answer: undefined })).toEqual(["UNRESOLVED", 1]);
});

test("where a repetition may have been accepted, it is no use that the first attempt was not", async () => {
  const answers: EmailEvent[] = [AMBIGUOUS, UNAVAILABLE];
  const ends = answers.map((answer) =>
    resolved({ windowMs: A_DAY, answer, testimony: UNAVAILABLE }),
  );
  expect(await Promise.all(ends)).toEqual([
    ["UNRESOLVED", 3],
    ["NOT_ACCEPTED", 3],
  ]);
  const accepted = await resolved({ windowMs: A_DAY, answer: AMBIGUOUS, testimony: ACCEPTED });
  expect(accepted).toEqual(["CONFIRMED", 3]);
});
