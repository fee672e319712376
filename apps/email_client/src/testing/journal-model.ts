import { expect } from "bun:test";
import {
  type EmailEvent,
  type EmailRecord,
  type EmailState,
  newRecord,
} from "@mailwright/email_machine";
import { newId } from "@mailwright/platform";
import type { Batch, Control } from "@mailwright/protocol";
import type fc from "fast-check";
import type { Outbox, OutboxEntry } from "../reports/outbox.ts";
import { batch, recipient } from "./factories.ts";
import { transition } from "./journal.ts";
import type { Claim, Journal, Transition } from "../batches/journal.ts";

/** The journal as it is meant, in memory. */
export interface Model {
  controls: Map<string, Control["state"]>;
  batches: Map<string, { campaign: string; fence: number; emails: Map<string, EmailRecord> }>;
  index: Map<string, string>;
  /** Reports of each commit, and which emails ended in it; `inHand` were read by a reporter that died. */
  outbox: { reports: number; ends: [batch: string, email: string][]; inHand: boolean }[];
  /** `<email> <run>` of those that must not be attempted any more. */
  suppressed: Set<string>;
  /** Emails that a marketer may requeue, with their run. */
  requeueable: Map<string, number>;
}

/** What stands in Redis, and what its users hold. */
export interface Real {
  journal: Journal;
  reporter: () => Outbox;
  taken: Batch[];
  claims: { claim: Claim; known: Map<string, EmailRecord> }[];
  lastWork: { claim: Claim; transitions: Transition[] } | undefined;
  lastAcknowledged: OutboxEntry[];
}

const campaigns = [newId(), newId()];
export const pick = <T>(items: readonly T[], at: number): T | undefined => items[at % items.length];

/** Everything that can be seen of the journal must be what the model says, after every command. */
async function compare(model: Model, { journal }: Real): Promise<void> {
  const states: Partial<Record<EmailState, number>> = {};
  for (const { emails } of model.batches.values())
    for (const { state } of emails.values()) states[state] = (states[state] ?? 0) + 1;
  const outbox = model.outbox.reduce((sum, { reports }) => sum + reports, 0);
  const batches = [...model.batches];
  const [counts, reads, live, found] = await Promise.all([
    journal.counts(),
    Promise.all(batches.map(([id]) => journal.read(id))),
    Promise.all(campaigns.map((campaign) => journal.liveBatches(campaign))),
    Promise.all([...model.index.keys()].map((email) => journal.find(email))),
  ]);
  expect(counts).toEqual({ states, emails: model.index.size, outbox });
  expect(reads.map((read) => read && { ...read, emails: standings(read.emails) })).toEqual(
    batches.map(([, { emails }]) => ({
      done: emails.size === 0,
      emails: standings([...emails].map(([id, record]) => ({ id, ...record }))),
    })),
  );
  expect(live.flat().toSorted()).toEqual(
    batches.flatMap(([id, { emails }]) => (emails.size > 0 ? id : [])).toSorted(),
  );
  expect(found).toEqual([...model.index.values()]);
}

function standings(emails: ({ id: string } & Pick<EmailRecord, "run" | "seq" | "state">)[]) {
  return emails.map(({ id, run, seq, state }) => `${id} ${run}/${seq} ${state}`).toSorted();
}

export abstract class JournalCommand implements fc.AsyncCommand<Model, Real> {
  check = () => true;
  abstract act(model: Model, real: Real): Promise<void>;
  async run(model: Model, real: Real) {
    await this.act(model, real);
    await compare(model, real);
  }
  toString() {
    return `${this.constructor.name} ${JSON.stringify(this)}`;
  }
}

export class Take extends JournalCommand {
  constructor(
    readonly campaign: number,
    readonly fresh: number,
    readonly requeued: number,
  ) {
    super();
  }
  async act(model: Model, real: Real) {
    const again = [...model.requeueable].slice(0, this.requeued);
    const people = [
      ...Array.from({ length: this.fresh }, () => recipient()),
      ...again.map(([id, run]) => recipient({ id, run: run + 1 })),
    ];
    const campaign = pick(campaigns, this.campaign) as string;
    const wanted = batch({ campaign, recipients: people });
    expect(await real.journal.take(wanted)).toBe("taken");
    real.taken.push(wanted);
    const emails = new Map(people.map(({ id, run }) => [id, newRecord(run)]));
    model.batches.set(wanted.batch, { campaign, fence: 0, emails });
    for (const { id } of people) model.index.set(id, wanted.batch);
    for (const [id] of again) model.requeueable.delete(id);
  }
}

export class TakeAgain extends JournalCommand {
  constructor(readonly which: number) {
    super();
  }
  async act(_model: Model, real: Real) {
    const wanted = pick(real.taken, this.which);
    if (wanted !== undefined) expect(await real.journal.take(wanted)).toBe("known");
  }
}

export class ClaimBatch extends JournalCommand {
  constructor(readonly which: number) {
    super();
  }
  async act(model: Model, real: Real) {
    const wanted = pick(real.taken, this.which);
    const held = wanted && model.batches.get(wanted.batch);
    if (wanted === undefined || held === undefined) return;
    const claim = (await real.journal.claim(wanted.batch)) as Claim;
    held.fence++;
    expect(claim.fence).toBe(held.fence);
    const known = new Map(claim.emails.map(({ id, record }) => [id, record]));
    expect(known).toEqual(held.emails);
    expect(claim.suppressed).toEqual(
      new Set(
        [...known].flatMap(([id, { run }]) => (model.suppressed.has(`${id} ${run}`) ? id : [])),
      ),
    );
    real.claims.push({ claim, known });
  }
}

/** Facts that mean something to an email in each state, the settled ones apart. */
const FACTS: Partial<Record<EmailState, EmailEvent["type"][]>> = {
  queued: ["START", "CANCEL", "SUPPRESSED"],
  sending: ["ACCEPTED", "REJECTED", "UNAVAILABLE", "AMBIGUOUS", "INTERRUPTED"],
  retrying: ["DUE", "CANCEL", "SUPPRESSED"],
  resolving: ["CONFIRMED", "NOT_ACCEPTED", "UNRESOLVED"],
};

/** By the newest claim of a batch or by one whose worker was frozen, which does not know better. */
export class Commit extends JournalCommand {
  constructor(
    readonly which: number,
    readonly moves: [email: number, fact: number][],
  ) {
    super();
  }
  async act(model: Model, real: Real) {
    const held = pick(real.claims, this.which);
    if (held === undefined) return;
    const transitions = new Map<string, Transition>();
    for (const [email, fact] of this.moves) {
      const id = pick([...held.known.keys()], email);
      const before = held.known.get(id ?? "");
      if (id === undefined || before === undefined) continue;
      const type = pick(FACTS[before.state] ?? [], fact);
      if (type !== undefined) transitions.set(id, transitionOf(id, before, type));
    }
    await commit(model, real, { claim: held.claim, transitions: [...transitions.values()] });
  }
}

/** The connection broke before the answer came, and what was sent is sent again. */
export class CommitAgain extends JournalCommand {
  async act(model: Model, real: Real) {
    if (real.lastWork !== undefined) await commit(model, real, real.lastWork);
  }
}

function transitionOf(id: string, before: EmailRecord, type: EmailEvent["type"]): Transition {
  const reason = { code: "unavailable" as const };
  return transition(id, before, { type, at: 1_000, roll: 0.5, reason } as EmailEvent);
}

function batchOf(model: Model, id: string) {
  const held = model.batches.get(id);
  if (held === undefined) throw new Error(`the model has no batch ${id}`);
  return held;
}

async function commit(
  model: Model,
  real: Real,
  work: { claim: Claim; transitions: Transition[] },
): Promise<void> {
  const { claim, transitions } = work;
  real.lastWork = work;
  const [answer] = await real.journal.commit([work]);
  const standing = batchOf(model, claim.batch);
  if (standing.fence !== claim.fence) {
    expect(answer).toBe("stale");
    return;
  }
  const control = model.controls.get(standing.campaign) ?? "running";
  const known = real.claims.find((each) => each.claim === claim)?.known;
  const [refused, suppressed] = [new Set<string>(), new Set<string>()];
  const ends: [string, string][] = [];
  let reports = 0;
  for (const { id, kind, before, record } of transitions) {
    if (!Bun.deepEquals(standing.emails.get(id), before)) continue;
    if (kind === "start" && control !== "running") {
      refused.add(id);
      continue;
    }
    if (kind === "start" && model.suppressed.has(`${id} ${record.run}`)) {
      suppressed.add(id);
      continue;
    }
    reports++;
    standing.emails.set(id, record);
    known?.set(id, record);
    if (kind !== "settle") continue;
    ends.push([claim.batch, id]);
    model.suppressed.delete(`${id} ${record.run}`);
  }
  if (reports > 0) model.outbox.push({ reports, ends, inHand: false });
  expect(answer).toEqual({ control, refused, conflicts: new Set(), suppressed });
}

export class SetControl extends JournalCommand {
  constructor(
    readonly campaign: number,
    readonly state: Control["state"],
  ) {
    super();
  }
  async act(model: Model, real: Real) {
    const campaign = pick(campaigns, this.campaign) as string;
    await real.journal.setControl(campaign, { state: this.state });
    if (model.controls.get(campaign) !== "cancelled") model.controls.set(campaign, this.state);
  }
}

export class Acknowledge extends JournalCommand {
  async act(model: Model, real: Real) {
    const reporter = real.reporter();
    // A read that finds nothing waits for Redis's clock to tick.
    const isNew = model.outbox.some(({ inHand }) => !inHand);
    const entries = [...(await reporter.abandoned(0)), ...(isNew ? await reporter.next(1) : [])];
    expect(entries.map(({ count }) => count)).toEqual([
      ...model.outbox.filter(({ inHand }) => inHand).map(({ reports }) => reports),
      ...model.outbox.filter(({ inHand }) => !inHand).map(({ reports }) => reports),
    ]);
    await reporter.acknowledge(entries);
    await reporter.leave();
    real.lastAcknowledged = entries;
    for (const { ends } of model.outbox.splice(0)) for (const end of ends) forget(model, ...end);
  }
}

function forget(model: Model, batch: string, email: string): void {
  const { emails } = batchOf(model, batch);
  const record = emails.get(email);
  emails.delete(email);
  if (model.index.get(email) !== batch) return;
  model.index.delete(email);
  if (record?.state === "failed" || record?.state === "uncertain")
    model.requeueable.set(email, record.run);
}

export class AcknowledgeAgain extends JournalCommand {
  async act(_model: Model, real: Real) {
    await real.reporter().acknowledge(real.lastAcknowledged);
  }
}

/** A reporter takes what there is and is killed. */
export class ReporterDies extends JournalCommand {
  async act(model: Model, real: Real) {
    if (model.outbox.some(({ inHand }) => !inHand)) await real.reporter().next(1);
    for (const entry of model.outbox) entry.inHand = true;
  }
}

/** Web knows an email's end before the email client has forgotten it, and a marketer requeues it at once. */
export class RequeueEarly extends JournalCommand {
  async act(model: Model, real: Real) {
    for (const [id, batch] of model.index) {
      const record = model.batches.get(batch)?.emails.get(id);
      if (record?.state !== "failed" && record?.state !== "uncertain") continue;
      model.requeueable.set(id, record.run);
      await new Take(0, 0, 1).act(model, real);
      return;
    }
  }
}
