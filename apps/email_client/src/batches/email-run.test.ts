import { describe, expect, test } from "bun:test";
import {
  DEFAULT_RETRY_POLICY,
  type EmailEvent,
  type EmailRecord,
  newRecord,
  type RetryPolicy,
} from "@mailwright/email_machine";
import { createSemaphore, newId, silentLog } from "@mailwright/platform";
import type { LastKnown, Report } from "@mailwright/protocol";
import { ManualClock, testRedis } from "@mailwright/testing";
import type { Gateway, Resolution } from "../gateways/gateway.ts";
import { createShards } from "../redis/keys.ts";
import { recipient } from "../testing/factories.ts";
import type { Verdict } from "./committer.ts";
import { MOST_ATTEMPTS, runEmail } from "./email-run.ts";
import { initialRecord } from "./initial-record.ts";
import type { Claim, LiveEmail, Transition } from "./journal.ts";
import { createTestimonies, type Testimonies } from "./testimony.ts";

const claim: Claim = {
  batch: newId(),
  fence: 1,
  campaign: newId(),
  content: "",
  gateway: newId(),
  suppressed: new Set(),
  emails: [],
};

interface Given {
  testimonies?: Testimonies;
  policy?: Partial<RetryPolicy>;
  /** Answers of the journal to one transition after another; "written" when they run out. */
  verdicts?: Verdict[];
  outcome?: EmailEvent;
  gateway?: Pick<Gateway, "resolve">;
  attemptDeadlineMs?: number;
  claim?: Claim;
}

/** A worker with a journal that says what it is told to, and a memory of what it wrote and did. */
function worker(given: Given = {}) {
  const clock = new ManualClock();
  const skew = { ms: 0 };
  const wrote: Transition[] = [];
  const delivered: string[] = [];
  const silent: Testimonies = { give: async () => {}, hear: async () => undefined };
  const stopping = new AbortController();
  const warnings: unknown[] = [];
  const log = silentLog.child({});
  log.warn = ((about: unknown) => void warnings.push(about)) as typeof log.warn;
  const context = {
    claim: given.claim ?? claim,
    policy: { ...DEFAULT_RETRY_POLICY, ...given.policy },
    committer: {
      async write(_claim: Claim, transition: Transition): Promise<Verdict> {
        wrote.push(transition);
        return given.verdicts?.shift() ?? "written";
      },
    },
    async deliver({ id }: { id: string }): Promise<EmailEvent> {
      delivered.push(id);
      return given.outcome ?? { type: "ACCEPTED", at: clock.now(), messageId: "m-1" };
    },
    gateway: given.gateway,
    slots: createSemaphore(1),
    testimonies: given.testimonies ?? silent,
    clock: { now: () => clock.now() + skew.ms, sleep: clock.sleep.bind(clock) },
    log,
    attemptDeadlineMs: given.attemptDeadlineMs ?? 1_000,
    pace: { askAgainMs: 100 },
    signal: stopping.signal,
  };
  return {
    clock,
    skew,
    delivered,
    stopping,
    warnings,
    run: (email: LiveEmail) => runEmail(email, context),
    reports: (): Report[] => wrote.map(({ report }) => report),
    kinds: () => wrote.map(({ kind }) => kind),
  };
}

const email = (record: EmailRecord = newRecord()): LiveEmail => {
  const person = recipient();
  return { id: person.id, recipient: person, record };
};
const sending: EmailRecord = { ...newRecord(), state: "sending", seq: 1, attempt: 1, firstAt: 1 };
const story = (reports: Report[]) => reports.map(({ event, state }) => `${event} ${state}`);

/** Moves the clock until the email's run has ended. */
async function ended<T>(clock: ManualClock, run: Promise<T>): Promise<T> {
  while (Bun.peek.status(run) === "pending") {
    await clock.advance(50);
    // Redis's answers take no time of this clock.
    await Bun.sleep(1);
  }
  return run;
}

test("nothing is delivered before the journal has it, and not at all where the journal refuses", async () => {
  for (const verdict of ["stale", "paused", "cancelled"] as const) {
    const { run, delivered } = worker({ verdicts: [verdict] });
    expect(await run(email())).toBe(verdict);
    expect(delivered).toEqual([]);
  }
  const { run, delivered, kinds } = worker();
  expect(await run(email())).toBe("settled");
  expect([delivered.length, kinds()]).toEqual([1, ["start", "settle"]]);
});

describe("an email that is found in sending", () => {
  test("is never delivered again: nobody can tell, so it is uncertain", async () => {
    const { run, delivered, reports, clock } = worker();
    expect(await ended(clock, run(email(sending)))).toBe("settled");
    expect(delivered).toEqual([]);
    expect(story(reports())).toEqual(["INTERRUPTED resolving", "UNRESOLVED uncertain"]);
  });

  test("waits for a testimony for as long as an attempt can take, by a clock that may be set back", async () => {
    const { run, clock, skew, reports } = worker({ attemptDeadlineMs: 5_000 });
    const running = run(email(sending));
    await clock.advance(4_900);
    expect(story(reports())).toEqual(["INTERRUPTED resolving"]);
    skew.ms = -3_600_000;
    await ended(clock, running);
    expect(story(reports()).at(-1)).toBe("UNRESOLVED uncertain");
  });

  test("is left as it is when the worker has to stop meanwhile", async () => {
    const { run, clock, reports, stopping } = worker();
    const running = run(email(sending));
    await clock.advance(200);
    stopping.abort(new Error("stop"));
    expect(await running).toBe("stopped");
    expect(story(reports())).toEqual(["INTERRUPTED resolving"]);
  });

  test("is settled by the gateway's own word, where it can be asked", async () => {
    const answers: [Resolution, string[]][] = [
      [{ kind: "confirmed", messageId: "m-9" }, ["CONFIRMED sent"]],
      [{ kind: "not-accepted" }, ["NOT_ACCEPTED retrying"]],
      [{ kind: "unknown" }, ["UNRESOLVED uncertain"]],
    ];
    for (const [resolution, rest] of answers) {
      const gateway = { resolve: async () => resolution };
      const { run, clock, reports } = worker({ gateway });
      await ended(clock, run(email(sending)));
      expect(story(reports())).toEqual(["INTERRUPTED resolving", ...rest]);
    }
  });

  test("is uncertain when the gateway cannot be asked, which is said once of a batch", async () => {
    const resolution: Resolution = { kind: "unknown", why: "It answered 401." };
    const { run, clock, reports, warnings } = worker({
      gateway: { resolve: async () => resolution },
      claim: { ...claim },
    });
    for (let n = 0; n < 3; n++) await ended(clock, run(email(sending)));
    expect(story(reports()).at(-1)).toBe("UNRESOLVED uncertain");
    expect(warnings).toEqual([{ batch: claim.batch, why: "It answered 401." }]);
  });
});

describe("the testimony of a worker that lost its batch", () => {
  const outcomes: [EmailEvent, string][] = [
    [{ type: "ACCEPTED", at: 5, messageId: "m-7" }, "CONFIRMED sent"],
    [{ type: "REJECTED", at: 5, reason: { code: "rejected" } }, "NOT_ACCEPTED retrying"],
    [
      { type: "UNAVAILABLE", at: 5, roll: 0, reason: { code: "unavailable" } },
      "NOT_ACCEPTED retrying",
    ],
    [{ type: "THROTTLED", at: 5, roll: 0, reason: { code: "throttled" } }, "NOT_ACCEPTED retrying"],
    [{ type: "AMBIGUOUS", at: 5, reason: { code: "ambiguous" } }, "UNRESOLVED uncertain"],
  ];
  test.each(outcomes)("saves what it saw: %j", async (outcome, settled) => {
    await using given = await testRedis();
    const testimonies = createTestimonies(given.redis, createShards(1));
    const person = email();
    // The first worker has begun; when its attempt ends, somebody else has the batch.
    const frozen = worker({ testimonies, outcome, verdicts: ["written", "stale"] });
    expect(await frozen.run(person)).toBe("stale");
    expect(frozen.delivered).toHaveLength(1);
    const successor = worker({ testimonies });
    await ended(successor.clock, successor.run({ ...person, record: person.record }));
    expect(successor.delivered).toEqual([]);
    expect(story(successor.reports())).toEqual(["INTERRUPTED resolving", settled]);
    if (outcome.type === "ACCEPTED") expect(successor.reports().at(-1)?.message_id).toBe("m-7");
  });

  test("holds for its own attempt and no other", async () => {
    await using given = await testRedis();
    const testimonies = createTestimonies(given.redis, createShards(1));
    const person = email(sending);
    const accepted: EmailEvent = { type: "ACCEPTED", at: 5, messageId: "m-7" };
    await testimonies.give(claim.batch, person.id, 1, 2, accepted);
    await testimonies.give(claim.batch, person.id, 2, 1, accepted);
    await testimonies.give(claim.batch, newId(), 1, 1, accepted);
    const { run, clock, reports } = worker({ testimonies });
    await ended(clock, run(person));
    expect(story(reports()).at(-1)).toBe("UNRESOLVED uncertain");
  });
});

function lost(last_known: LastKnown): LiveEmail {
  const person = recipient({ last_known });
  return { id: person.id, recipient: person, record: initialRecord(person) };
}

describe("an email that the journal had lost", () => {
  const hourAgo = Date.UTC(2026, 0, 1) - 3_600_000;

  test.each([
    [{ seq: 0, state: "queued", attempt: 0 }, ["START sending"]],
    [{ seq: 4, state: "retrying", attempt: 2, first_at: hourAgo }, ["DUE sending"]],
    [{ seq: 3, state: "sending", attempt: 2, first_at: hourAgo }, []],
  ] as [LastKnown, string[]][])(
    "may have been attempted since: from %j it is asked after and not sent",
    async (lastKnown, first) => {
      // Older than the campaign allows: that it failed could not be said either.
      const { run, clock, delivered, reports, kinds } = worker({ policy: { maxAgeMs: 60_000 } });
      expect(await ended(clock, run(lost(lastKnown)))).toBe("settled");
      expect(delivered).toEqual([]);
      expect(story(reports())).toEqual([...first, "INTERRUPTED resolving", "UNRESOLVED uncertain"]);
      expect(reports().map(({ seq }) => seq)).toEqual(
        reports().map((_, index) => lastKnown.seq + 1 + index),
      );
      // It is no attempt, so a campaign that does not run does not stop it.
      expect(kinds()).not.toContain("start");
    },
  );

  test("and then goes on as every other: what was not accepted is sent", async () => {
    const gateway = { resolve: async (): Promise<Resolution> => ({ kind: "not-accepted" }) };
    const { run, clock, delivered } = worker({ gateway });
    const person = lost({ seq: 0, state: "queued", attempt: 0 });
    expect(await ended(clock, run(person))).toBe("waiting");
    expect(await ended(clock, run(person))).toBe("settled");
    expect(delivered).toHaveLength(1);
  });
});

function tired(attempt: number): EmailRecord {
  const numbers = { seq: 2 * attempt, attempt, throttled: attempt };
  return { ...newRecord(), state: "retrying", due: 0, ...numbers };
}

test("an email that is throttled for ever fails before the ledger runs out of numbers", async () => {
  const outcome: EmailEvent = {
    type: "THROTTLED",
    at: 5,
    roll: 0,
    reason: { code: "throttled", detail: "The gateway answered 429." },
  };
  const { run, reports } = worker({ outcome });
  expect(await run(email(tired(MOST_ATTEMPTS - 2)))).toBe("waiting");
  expect(await run(email(tired(MOST_ATTEMPTS - 1)))).toBe("settled");
  expect(reports().at(-1)).toMatchObject({
    state: "failed",
    attempt: MOST_ATTEMPTS,
    error: { code: "throttled" },
  });
});

test("a run of a settled email is a bug and says so", async () => {
  const sent: EmailRecord = { ...newRecord(), state: "sent", seq: 2, attempt: 1 };
  await expect(worker().run(email(sent))).rejects.toThrow("is not taken up");
});
