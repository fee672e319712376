import { parseJournaledEmail, type JournaledEmail, type ServiceClient } from "@mailwright/protocol";
import type { Queryable } from "../../db/open.ts";
import { mayRequeue } from "../campaigns/standing.ts";
import { parseAddress } from "../contacts/address.ts";
import type { GatewayWatch } from "../settings/gateway-watch.ts";
import { type EmailFact, factsOf } from "./facts.ts";
import {
  type Email,
  type EmailCampaign,
  type EmailEventRow,
  type Recipient,
  selectBeginnings,
  selectContactsAt,
  selectEmail,
  selectEmailOf,
  selectEmailTo,
  selectLastEvents,
  selectOptedOutBefore,
  selectRecipients,
} from "./queries.ts";
import type { Explanation } from "./reasons.ts";
import { whyOf } from "./why.ts";

/** One step of an email's history, with what a reader needs beside it. */
export interface Step extends EmailEventRow {
  /** The gateway's name, where it is known. */
  gateway: string | undefined;
  /** Since the step before, in milliseconds; undefined for the first one that is shown. */
  sincePreviousMs: number | undefined;
}

/** The whole story of one email: who, what became of it, why, and how it came to it. */
export interface EmailStory {
  email: Email;
  campaign: EmailCampaign;
  /** Undefined when the contact was erased since. */
  contact: Recipient | undefined;
  gateway: string | undefined;
  why: Explanation;
  /** Over all runs, the oldest first. */
  steps: Step[];
  /** What became known of it beside its steps. */
  facts: EmailFact[];
  /** Whether there were steps before the first of them. */
  more: boolean;
  /** When it was put into the audience. */
  frozenAt: Date;
  /** Whether it can be sent again as things are now. */
  mayRequeue: boolean;
}

/** No email takes so many steps but one that a gateway throttles for days. */
const MOST_STEPS = 300;

/**
 * Answers "why was this contact (not) mailed?" for one email. Undefined for an email that does not exist, or whose
 * campaign was deleted.
 */
export async function explainEmail(
  { db, gatewayWatch }: { db: Queryable; gatewayWatch: GatewayWatch },
  id: string,
): Promise<EmailStory | undefined> {
  const found = await selectEmail(db, id);
  if (found === undefined) return undefined;
  const { email, campaign } = found;
  const [why, { events, more }, facts, contacts, names] = await Promise.all([
    whyOf(db, email),
    selectLastEvents(db, id, MOST_STEPS),
    factsOf(db, id),
    selectRecipients(db, [email.contact_id]),
    gatewayNames(gatewayWatch),
  ]);
  return {
    email,
    campaign,
    contact: contacts.get(email.contact_id),
    gateway: nameOf(names, email.gateway_id),
    why,
    steps: events.map((event, index) => ({
      ...event,
      gateway: nameOf(names, event.gateway_id),
      sincePreviousMs: sinceMs(events[index - 1], event),
    })),
    facts,
    more,
    frozenAt: frozenBefore(id, events),
    mayRequeue:
      (email.state === "failed" || email.state === "uncertain") && mayRequeue(campaign.state),
  };
}

/** What became of a contact in a campaign: its email, or why there is none. */
export type Whereabouts =
  { kind: "email"; id: string } | { kind: "none"; why: string } | { kind: "unknown" };

/** Where to read what became of a contact in a campaign; for one that has no email in it, why. */
export async function whereaboutsOf(
  db: Queryable,
  campaign: string,
  contact: string,
): Promise<Whereabouts> {
  const email = await selectEmailOf(db, campaign, contact);
  if (email !== undefined) return { kind: "email", id: email.id };
  const { launched_at, added_at } = await selectBeginnings(db, campaign, contact);
  if (launched_at === undefined) return { kind: "unknown" };
  if (launched_at === null) return { kind: "none", why: "The campaign has not been launched." };
  if (added_at === undefined) return { kind: "none", why: "The contact does not exist any more." };
  if (added_at > launched_at) {
    return {
      kind: "none",
      why: "The contact was added after the campaign was launched, when its audience was frozen already.",
    };
  }
  const optedOut = await selectOptedOutBefore(db, campaign, contact, launched_at);
  const names = new Intl.ListFormat("en-GB").format(optedOut.map((name) => `“${name}”`));
  return {
    kind: "none",
    why: `The contact was in none of the campaign's segments when its audience was frozen${optedOut.length > 0 ? `: they had opted out of ${names} by the link of an email` : ""}.`,
  };
}

/** The same for whoever has an address, or had it at the launch; undefined for what is no whole address. */
export async function whereaboutsAt(
  db: Queryable,
  campaign: string,
  address: string,
): Promise<Whereabouts | undefined> {
  const parsed = parseAddress(address);
  if (!parsed.ok) return undefined;
  const { canonical } = parsed;
  const contacts = (await selectContactsAt(db, canonical)).map(({ id }) => id);
  const [first] = contacts;
  if (first === undefined) return { kind: "none", why: NOBODY };
  const email = await selectEmailTo(db, { campaign, contacts, canonical });
  return email === undefined ? whereaboutsOf(db, campaign, first) : { kind: "email", id: email.id };
}

/** An erased contact may have been mailed there. */
const NOBODY =
  "No contact has this address, or had it before. A contact that was deleted is not found by its address any more.";

/** What the email client says of an email at this moment. */
export type Journal =
  | { kind: "held"; entry: JournaledEmail }
  /** It is not there: never handed over yet, or at its end and acknowledged. */
  | { kind: "not held" }
  | { kind: "unreachable"; why: string };

/** So long a person waits for the email client's answer. */
const PATIENCE_MS = 1_500;

/** Asks the email client what its journal says of an email now. */
export async function askJournal(emailClient: ServiceClient, id: string): Promise<Journal> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await emailClient.call(
    "GET",
    `/v1/emails/${id}`,
    undefined,
    parseJournaledEmail,
    signal,
  );
  if (answer.kind === "ok") return { kind: "held", entry: answer.value };
  if (answer.kind === "refused" && answer.status === 404) return { kind: "not held" };
  return {
    kind: "unreachable",
    why: answer.kind === "refused" ? `it answered ${answer.status}` : answer.why,
  };
}

async function gatewayNames(gatewayWatch: GatewayWatch): Promise<Map<string, string>> {
  const seen = await gatewayWatch.look();
  return new Map(seen.kind === "seen" ? seen.view.gateways.map(({ id, name }) => [id, name]) : []);
}

function nameOf(names: Map<string, string>, id: string | null): string | undefined {
  return id === null ? undefined : (names.get(id) ?? `gateway ${id.slice(0, 8)}`);
}

/**
 * When an email was put into the audience: its id begins with that, by the clock of Postgres. A step that is told by another clock,
 * or was written by a seed, may lie before it; no step is shown to come before the audience.
 */
function frozenBefore(id: string, events: readonly EmailEventRow[]): Date {
  const made = Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
  const told = events.map(({ at, received_at }) => (at ?? received_at).getTime());
  return new Date(Math.min(made, ...told));
}

function sinceMs(before: EmailEventRow | undefined, event: EmailEventRow): number | undefined {
  return before?.at && event.at ? event.at.getTime() - before.at.getTime() : undefined;
}
