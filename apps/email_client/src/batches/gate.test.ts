import { expect, test } from "bun:test";
import { createFairSemaphore, newId } from "@mailwright/platform";
import { ManualClock } from "@mailwright/testing";
import { createBreaker } from "../gateways/breaker.ts";
import type { Gateway } from "../gateways/gateway.ts";
import { HORIZON_MS } from "../gateways/rate.ts";
import type { OpenGateway } from "../gateways/registry.ts";
import { NOT_SLOWED } from "../gateways/slowdown.ts";
import { type Admission, admit, awaitTurn } from "./gate.ts";
import { Turns } from "./turns.ts";

const SIT_OUT_MS = 500;

/** A gateway with so many places, or a route of several; what a rate says can be set. */
function setUp({ places: sizes = [1], slots: slotCount = 2 } = {}) {
  const clock = new ManualClock();
  const slots = createFairSemaphore(slotCount);
  const opens = sizes.map((size): OpenGateway => ({
    id: newId(),
    version: "1",
    kind: "smtp",
    name: "Server",
    gateway: {} as Gateway,
    repeatWindowMs: undefined,
    breaker: createBreaker(),
    places: createFairSemaphore(size),
    ratePerSecond: 1,
    domainRate: null,
    domainRates: new Map(),
    slowdown: NOT_SLOWED,
  }));
  const rate = { reserve: async () => 0 };
  const stopping = new AbortController();
  const context = {
    gateways: { through: async () => opens.map((open) => ({ open, weight: 1 })) },
    rates: { reserve: () => rate.reserve() },
    slots,
    clock,
    pace: { sitOutMs: SIT_OUT_MS },
    outboxIsFull: () => false,
  };
  return {
    clock,
    opens,
    rate,
    stopping,
    turn: (open: OpenGateway, patienceMs: number) =>
      awaitTurn(open, context as never, patienceMs, stopping.signal),
    ask: (campaign = "campaign") =>
      admit({ gateway: "any", campaign }, new Turns([]), context as never, stopping.signal),
    /** Places of each gateway, and slots, that are taken. */
    taken: () => [...opens.map(({ places }) => places?.inUse()), slots.inUse()],
  };
}

function admitted(admission: Admission) {
  if (admission.kind !== "admitted") throw new Error(`it was ${admission.kind}`);
  return admission;
}

test("an attempt holds a place and a slot; the place is left when it is over, and the slot when that is written down", async () => {
  const { ask, taken } = setUp();
  const { leave, release } = admitted(await ask());
  expect(taken()).toEqual([1, 1]);
  leave();
  expect(taken()).toEqual([0, 1]);
  release();
  release();
  expect(taken()).toEqual([0, 0]);
});

test("a call beside the batch's attempts waits for its turn by the rate, unless that is too far away", async () => {
  const { turn, rate, clock, opens, taken } = setUp();
  const [open] = opens as [OpenGateway];
  const answers = [3_000, HORIZON_MS, 61_000];
  rate.reserve = async () => answers.shift() ?? 0;
  const waited = turn(open, 60_000);
  await Bun.sleep(0);
  await clock.advance(3_000 - HORIZON_MS - 1);
  expect(answers).toHaveLength(2);
  await clock.advance(1);
  await Bun.sleep(0);
  expect(answers).toHaveLength(1);
  expect(Bun.peek.status(waited)).toBe("pending");
  await clock.advance(HORIZON_MS);
  expect([await waited, taken()]).toEqual([true, [0, 0]]);
  expect(await turn(open, 60_000)).toBe(false);
});

test("who waits for a place holds no slot, and gets the place as soon as it is left", async () => {
  const { ask, taken } = setUp();
  const first = admitted(await ask());
  const next = ask();
  await Bun.sleep(0);
  expect(taken()).toEqual([1, 1]);
  first.leave();
  admitted(await next);
  expect(taken()).toEqual([1, 2]);
});

test("who has waited for as long as waits are sat out is told so, and whether others of the campaign wait too", async () => {
  const { ask, taken, clock, opens } = setUp();
  const { leave } = admitted(await ask());
  const alone = ask();
  await Bun.sleep(0);
  await clock.advance(SIT_OUT_MS);
  expect(await alone).toEqual({ kind: "full", othersWait: false });
  const another = opens[0]!.places!.acquire("campaign", new AbortController().signal);
  const [sameCampaign, otherCampaign] = [ask(), ask("other")];
  await Bun.sleep(0);
  await clock.advance(SIT_OUT_MS);
  expect(await Promise.all([sameCampaign, otherCampaign])).toEqual([
    { kind: "full", othersWait: true },
    { kind: "full", othersWait: false },
  ]);
  leave();
  (await another)();
  expect(taken()).toEqual([0, 1]);
});

test.each<[string, (given: ReturnType<typeof setUp>) => void, Admission]>([
  [
    "its turn is far",
    ({ rate }) => {
      rate.reserve = async () => HORIZON_MS + 7;
    },
    { kind: "later", ms: 7 },
  ],
  [
    "the breaker opens while it waits for its turn",
    ({ rate, opens, clock }) => {
      rate.reserve = async () => {
        const outcome = { kind: "throttled", detail: "", retryAfterMs: 900 } as const;
        opens[0]!.breaker.record(outcome, clock.now());
        return 0;
      };
    },
    { kind: "later", ms: 900 },
  ],
])("nothing stays taken when %s", async (_what, arrange, answer) => {
  const given = setUp();
  arrange(given);
  expect(await given.ask()).toEqual(answer);
  expect(given.taken()).toEqual([0, 0]);
});

test("nothing stays taken when Redis fails", async () => {
  const { ask, rate, taken } = setUp();
  rate.reserve = () => Promise.reject(new Error("Redis is away"));
  await expect(ask()).rejects.toThrow("Redis is away");
  expect(taken()).toEqual([0, 0]);
});

test.each<[string, number, number, number]>([
  ["a place", 1, 2, 0],
  ["a slot", 2, 1, 0],
  ["its turn", 2, 2, HORIZON_MS],
])("nothing stays taken when the worker stops while it waits for %s", async (...row) => {
  const [, places, slots, turnMs] = row;
  const { ask, rate, stopping, taken } = setUp({ places: [places], slots });
  const { release } = admitted(await ask());
  rate.reserve = async () => turnMs;
  const waits = ask();
  await Bun.sleep(0);
  stopping.abort(new Error("the worker is stopping"));
  await expect(waits).rejects.toThrow("stopping");
  release();
  expect(taken()).toEqual([0, 0]);
});

test("a route draws whichever has a place, and waits for the first that comes free when none has", async () => {
  const { ask, taken, opens } = setUp({ places: [1, 2], slots: 9 });
  const all = [admitted(await ask()), admitted(await ask()), admitted(await ask())];
  expect(taken()).toEqual([1, 2, 3]);
  const waits = ask();
  await Bun.sleep(0);
  // All at once: what it does not need stays free.
  for (const { leave } of all) leave();
  const { open } = admitted(await waits);
  expect(opens).toContain(open);
  expect(taken().slice(0, 2)).toEqual(open === opens[0] ? [1, 0] : [0, 1]);
});
