import { sql } from "drizzle-orm";
import {
  boolean,
  index,
  integer,
  jsonb,
  pgEnum,
  pgSequence,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import type { Content } from "@mailwright/protocol";
import { CAMPAIGN_ACTIONS, CAMPAIGN_STATES } from "../../campaign-words.ts";
import { createdAt, id, moment } from "./columns.ts";
import { segment } from "./segments.ts";
import { template } from "./templates.ts";

export const campaignState = pgEnum("campaign_state", CAMPAIGN_STATES);

/** What every recipient of a launched campaign gets, frozen; named by its hash. */
export const content = pgTable("content", {
  hash: text().primaryKey(),
  body: jsonb().$type<Content>().notNull(),
  created_at: createdAt(),
});

/** What became of the emails of a campaign to one recipient domain; of all of them where it is empty. */
export interface DomainOutcomes {
  domain: string;
  /** Those whose sender's authentication its servers refused. */
  refused: number;
  accepted: number;
}

const count = () => integer().notNull().default(0);

/**
 * The nine counts are the fold of the campaign's emails; every statement that moves an email moves them in the same
 * transaction. The trigger `campaign_adds_up` makes a false end impossible: no campaign is `finished` or `cancelled` while
 * an email is open, and the counts of a launched one always add up to its audience. It is a trigger because Postgres
 * checks a CHECK against the row as the statement first saw it: of two transactions that move emails of one campaign at
 * once, the second would be refused for counts that it was about to read anew.
 */
export const campaign = pgTable(
  "campaign",
  {
    id: id(),
    name: text().notNull(),
    template_id: uuid().references(() => template.id, { onDelete: "set null" }),
    gateway_id: uuid(),
    when_uncertain: text({ enum: ["hold", "resend"] })
      .notNull()
      .default("hold"),
    state: campaignState().notNull().default("draft"),
    /** Why it stands where it does, when that is not plain: what paused it, why a launch was given up. */
    state_reason: text(),
    priority: smallint().notNull().default(100),
    // Frozen at launch.
    /** Whether the gateway is the one that was the default then: the draft named none, and does not when the launch is taken back. */
    gateway_by_default: boolean().notNull().default(false),
    template_version: integer(),
    content_hash: text().references(() => content.hash),
    segment_names: text().array().notNull().default([]),
    audience: count(),
    queued: count(),
    sending: count(),
    retrying: count(),
    resolving: count(),
    sent: count(),
    failed: count(),
    skipped: count(),
    cancelled: count(),
    uncertain: count(),
    /** Of the queued, those whose batch has not been handed to the email client. */
    unhanded: count(),
    /** Attempts whose credentials the gateway refused, since it last accepted one. */
    refused_in_a_row: count(),
    /** Domains that refuse the sender's authentication, and what emails to them came to since they began; null while none does. */
    sender_refusals: jsonb().$type<DomainOutcomes[]>(),
    /** When it was last resumed, or went on after its end. What was refused before says nothing of what was mended since. */
    resumed_at: moment(),
    /** Whether the email client has acknowledged the control that follows from the state. */
    control_acknowledged: text({ enum: ["running", "paused", "cancelled"] }),
    created_by: text().notNull(),
    created_at: createdAt(),
    updated_at: createdAt(),
    launched_at: moment(),
    finished_at: moment(),
  },
  (table) => [
    index("campaign_state_index").on(table.state, table.id),
    index("campaign_template").on(table.template_id),
  ],
);

/** Numbers what the email client is told to do: a sequence, so that no number comes twice, whatever is rolled back. */
export const controlOrder = pgSequence("control_order");

export const campaignSegment = pgTable(
  "campaign_segment",
  {
    campaign_id: uuid()
      .notNull()
      .references(() => campaign.id, { onDelete: "cascade" }),
    segment_id: uuid()
      .notNull()
      .references(() => segment.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.campaign_id, table.segment_id] }),
    index("campaign_segment_by_segment").on(table.segment_id),
  ],
);

/** Who did what to a campaign, and what it did by itself: the part of its history that is not in its emails. */
export const campaignActivity = pgTable(
  "campaign_activity",
  {
    id: id(),
    campaign_id: uuid()
      .notNull()
      .references(() => campaign.id, { onDelete: "cascade" }),
    at: createdAt(),
    actor: text().notNull(),
    action: text({ enum: CAMPAIGN_ACTIONS }).notNull(),
    detail: jsonb().$type<Record<string, string | number>>().notNull().default({}),
  },
  (table) => [index("campaign_activity_by_campaign").on(table.campaign_id, table.id)],
);

/** Emails that somebody wants sent again. It is done a few thousand at a time, by whichever web is there. */
export const requeue = pgTable(
  "requeue",
  {
    id: id(),
    campaign_id: uuid()
      .notNull()
      .references(() => campaign.id, { onDelete: "cascade" }),
    actor: text().notNull(),
    states: text({ enum: ["failed", "uncertain"] })
      .array()
      .notNull(),
    /** The emails that were named; without it, all of the campaign's. */
    email_ids: uuid().array(),
    /** How far it has come: how many, the last of them, and the entry of the activity that tells of it. */
    taken: count(),
    last_email_id: uuid(),
    activity_id: uuid(),
    moved_at: createdAt(),
    ended_at: moment(),
  },
  (table) => [
    index("requeue_under_way")
      .on(table.moved_at)
      .where(sql`${table.ended_at} IS NULL`),
    index("requeue_by_campaign").on(table.campaign_id),
  ],
);
