import { sql } from "drizzle-orm";
import {
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { EMAIL_STATES } from "@mailwright/email_machine";
import { EMAIL_FACT_KINDS } from "../../campaign-words.ts";
import { bytewiseText, createdAt, id, moment } from "./columns.ts";

export const emailState = pgEnum("email_state", EMAIL_STATES);

/**
 * The ledger: one row a recipient of a campaign, in the state it is in now. `email_event` below has how it came there.
 *
 * It has no foreign keys. The row must outlive its contact: an erased person still counts in the campaign that was sent to
 * them. And checking two for each row made freezing 100,000 take 2.3 to 3.1 times as long, in six pairs of runs by turns.
 */
export const email = pgTable(
  "email",
  {
    id: id(),
    campaign_id: uuid().notNull(),
    /** The contact at launch; it may have been erased since. */
    contact_id: uuid().notNull(),
    /** The address at launch; empty once its contact is erased. */
    address: text().notNull(),
    /** Its canonical form where that is not the address in lower case, as of a domain that is not ASCII; else null. */
    canonical_address: bytewiseText(),
    state: emailState().notNull(),
    run: smallint().notNull().default(1),
    seq: smallint().notNull().default(0),
    attempt: smallint().notNull().default(0),
    changed_at: createdAt(),
    gateway_id: uuid(),
    due_at: moment(),
    message_id: text(),
    error_code: text(),
    error_detail: text(),
  },
  (table) => [
    // Each contact once a campaign, whatever segments it is in; and a contact's history.
    uniqueIndex("email_contact_campaign").on(table.contact_id, table.campaign_id),
    index("email_campaign_state").on(table.campaign_id, table.state, table.id),
    // What went wrong, counted and listed by reason. Only emails that ended so are in it, so the others pay nothing.
    index("email_campaign_reason")
      .on(table.campaign_id, table.error_code, table.state, table.id)
      .where(sql`${table.state} IN ('failed', 'skipped', 'uncertain')`),
    // The same by address. The reason at its end is there to be read without the row.
    index("email_campaign_address")
      .on(
        table.campaign_id,
        table.state,
        sql`(lower(${table.address}) COLLATE "C")`,
        table.id,
        table.error_code,
      )
      .where(sql`${table.state} IN ('failed', 'skipped', 'uncertain')`),
  ],
);

/**
 * Every transition of every email, once: (email_id, run, seq) is its name for ever. Partitioned by the month in which
 * the email was made, which its id begins with; so all events of one email lie together, the key needs no time in it,
 * and old months can be detached.
 */
export const emailEvent = pgTable(
  "email_event",
  {
    email_id: uuid().notNull(),
    run: smallint().notNull(),
    seq: smallint().notNull(),
    event: text().notNull(),
    state: emailState().notNull(),
    at: moment().notNull(),
    attempt: smallint().notNull(),
    gateway_id: uuid(),
    due_at: moment(),
    message_id: text(),
    error_code: text(),
    error_detail: text(),
    received_at: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.email_id, table.run, table.seq] })],
);

/**
 * What became known of an email beside its own transitions: what its recipient did, and what a gateway told of it later.
 * A fact is told once, however often it is heard: `dedupe_key` names it within its email. It is no part of the machine
 * and of the nine counts, and like the email it has no foreign keys.
 */
export const emailFact = pgTable(
  "email_fact",
  {
    id: id(),
    email_id: uuid().notNull(),
    /** Of the email, so that a campaign's facts are counted without its emails. */
    campaign_id: uuid().notNull(),
    kind: text({ enum: EMAIL_FACT_KINDS }).notNull(),
    /** When it happened, by the word of whoever told it. */
    at: moment().notNull(),
    /** Who told it: `page` or `one-click` for the recipient, or the kind of the gateway. */
    source: text().notNull(),
    /** More of it, flat, for a person and a program to read. `text` is what a gateway said: erasing takes addresses out of it. */
    detail: jsonb().$type<Record<string, string | number | boolean>>().notNull().default({}),
    dedupe_key: text().notNull(),
    received_at: createdAt(),
  },
  (table) => [
    uniqueIndex("email_fact_once").on(table.email_id, table.dedupe_key),
    // How many emails of a campaign were so; the email at its end lets each be counted once from the index alone.
    index("email_fact_campaign").on(table.campaign_id, table.kind, table.email_id),
  ],
);

/**
 * Emails that are handed to the email client together. A batch is the unit of queueing, never of truth: it goes when its
 * emails have settled. `claimed_until` is in the future while a web is handing it over.
 */
export const batch = pgTable(
  "batch",
  {
    id: id(),
    campaign_id: uuid().notNull(),
    email_ids: uuid().array().notNull(),
    /** The run of each of its emails. One that is requeued goes on in another batch, and is none of this one's any more. */
    runs: smallint().array().notNull(),
    size: integer().notNull(),
    claimed_until: moment(),
    /** When a web first had it to hand over: the email client may have it since then. */
    first_claimed_at: moment(),
    handed_at: moment(),
    /** When the reconciler last looked at it. */
    checked_at: moment(),
  },
  (table) => [index("batch_campaign").on(table.campaign_id, table.handed_at, table.id)],
);

/**
 * Emails of erased contacts that had not ended, by run, until the email client has been told that no attempt of one may
 * begin any more: it may have them, and nothing else leads from a contact that is gone to its emails.
 */
export const withheldEmail = pgTable(
  "withheld_email",
  {
    email_id: uuid().notNull(),
    run: smallint().notNull(),
  },
  (table) => [primaryKey({ columns: [table.email_id, table.run] })],
);
