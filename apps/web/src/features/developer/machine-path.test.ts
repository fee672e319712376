import { expect, test } from "bun:test";
import {
  DEFAULT_RETRY_POLICY,
  emailGraph,
  type EmailEvent,
  newRecord,
  step,
} from "@mailwright/email_machine";
import { pathOf, type Transition } from "./machine-path.ts";

const graph = emailGraph();

/** What the ledger has of an email to which this happened. */
function history(events: EmailEvent[]): Transition[] {
  let record = newRecord();
  return events.map((event) => {
    const made = step(record, event, DEFAULT_RETRY_POLICY);
    if (made === undefined) throw new Error(`${event.type} means nothing in ${record.state}`);
    record = made.record;
    return { event: event.type, state: record.state };
  });
}

const reason = { code: "unavailable" } as const;

test("the way of an email is the transitions that the machine made", () => {
  const made = history([
    { type: "START", at: 0 },
    { type: "UNAVAILABLE", at: 1, roll: 0.5, reason },
    { type: "DUE", at: 9_000 },
    { type: "AMBIGUOUS", at: 9_001, reason },
    { type: "UNRESOLVED", at: 9_500, roll: 0.5 },
    { type: "REQUEUE", at: 10_000 },
    { type: "START", at: 10_001 },
    { type: "ACCEPTED", at: 10_002 },
  ]);
  expect(pathOf(graph, made)).toEqual([
    "queued-START-sending",
    "sending-UNAVAILABLE-retrying",
    "retrying-DUE-sending",
    "sending-AMBIGUOUS-resolving",
    "resolving-UNRESOLVED-uncertain",
    "uncertain-REQUEUE-queued",
    "sending-ACCEPTED-sent",
  ]);
});

test("a transition that this version does not have is left out, and the way goes on", () => {
  const made = [
    { event: "OLD_WORD", state: "sending" },
    { event: "ACCEPTED", state: "sent" },
  ];
  expect(pathOf(graph, made)).toEqual(["sending-ACCEPTED-sent"]);
  expect(pathOf(graph, [])).toEqual([]);
});
