import { expect, test } from "bun:test";
import { type EmailRecord, newRecord } from "@mailwright/email_machine";
import { newId } from "@mailwright/platform";
import { NOT_SLOWED } from "../gateways/slowdown.ts";
import { recipient } from "../testing/factories.ts";
import type { LiveEmail } from "./journal.ts";
import { Turns } from "./turns.ts";

function emailTo(address: string, due?: number): LiveEmail {
  const record: EmailRecord = newRecord();
  return {
    id: newId(),
    recipient: recipient({ email: address }),
    record: due === undefined ? record : { ...record, state: "retrying", due },
  };
}

const per = (rate: number | null) => ({ configured: rate, effective: rate });

const FREE = {
  id: newId(),
  slowdown: NOT_SLOWED,
  ratePerSecond: null,
  domainRate: null,
  domainRates: new Map<string, number>(),
};
const LIMITED = { ...FREE, domainRates: new Map([["slow.example.com", 2]]) };

test("whoever's retry is due goes first, then whoever was not tried, and nobody before it is due", () => {
  const [fresh, due, later] = [emailTo("a@x.org"), emailTo("b@x.org", 50), emailTo("c@x.org", 90)];
  const turns = new Turns([later, fresh, due]);
  expect(turns.soonest()).toBe(Number.NEGATIVE_INFINITY);
  expect([turns.take(50), turns.take(50), turns.take(50)]).toEqual([due, fresh, undefined]);
  expect(turns.soonest()).toBe(90);
  turns.wait(due);
  expect([turns.take(90), turns.take(90), turns.soonest()]).toEqual([due, later, Infinity]);
});

test("each domain is a candidate once, in the order of the emails, and those behind one without a rate are not looked at", () => {
  const turns = new Turns([
    emailTo("a@slow.example.com"),
    emailTo("b@SLOW.example.com"),
    emailTo("c@free.example.com"),
    emailTo("d@other.example.com"),
    emailTo("e@slow.example.com", 10),
  ]);
  expect(turns.candidates(0, LIMITED)).toEqual([
    { domain: "slow.example.com", rate: per(2) },
    { domain: "free.example.com", rate: per(null) },
  ]);
  expect(turns.take(0, "free.example.com")?.recipient?.email).toBe("c@free.example.com");
  expect(turns.take(10, "slow.example.com")?.recipient?.email).toBe("e@slow.example.com");
  expect(turns.take(10, "slow.example.com")?.recipient?.email).toBe("a@slow.example.com");
  expect(turns.take(10, "free.example.com")).toBeUndefined();
});

test("a domain that is out of turn is no candidate until its turn comes, its rate changes or the clock is set back", () => {
  const turns = new Turns([emailTo("a@slow.example.com"), emailTo("b@slow.example.com", 700)]);
  const slow = { domain: "slow.example.com", rate: per(2) };
  turns.putOff(LIMITED, slow, 100, 500);
  expect([turns.candidates(599, LIMITED), turns.idleMs(200, LIMITED)]).toEqual([[], 400]);
  expect(turns.candidates(600, LIMITED)).toEqual([slow]);
  expect(turns.candidates(99, LIMITED)).toEqual([slow]);
  const faster = { ...FREE, domainRates: new Map([["slow.example.com", 9]]) };
  expect(turns.candidates(200, faster)).toEqual([{ ...slow, rate: per(9) }]);
  // Through another gateway it may be its turn.
  expect(turns.candidates(200, { ...LIMITED, id: newId() })).toEqual([slow]);
  // A retry that is due sooner is waited for, since it may be to another domain.
  turns.putOff(LIMITED, slow, 650, 10_000);
  expect(turns.idleMs(660, LIMITED)).toBe(40);
});

test("a domain written in another alphabet is the one that it is on the wire", () => {
  const turns = new Turns([emailTo("a@bücher.example.com")]);
  const domain = "xn--bcher-kva.example.com";
  const allowance = { ...FREE, domainRates: new Map([[domain, 3]]) };
  expect(turns.candidates(0, allowance)).toEqual([{ domain, rate: per(3) }]);
});

test("a domain that is slowed down has the lower rate, for as long as it is", () => {
  const turns = new Turns([emailTo("a@slow.example.com"), emailTo("b@free.example.com")]);
  const slowed = { limit: 1, at: 0, ceiling: 3 };
  const slowdown = {
    all: undefined,
    domains: new Map([
      ["slow.example.com", slowed],
      ["free.example.com", { ...slowed, ceiling: 120 }],
    ]),
  };
  const allowance = { ...LIMITED, slowdown };
  expect(turns.candidates(0, allowance).map(({ rate }) => rate)).toEqual([
    { configured: 2, effective: 1 },
    { configured: null, effective: 1 },
  ]);
  expect(turns.candidates(10_000, allowance).map(({ rate }) => rate)).toEqual([
    { configured: 2, effective: 1.25 },
    { configured: null, effective: 11 },
  ]);
  expect(turns.candidates(120_000, allowance).map(({ rate }) => rate)).toEqual([per(2), per(null)]);
});
