import { sql } from "drizzle-orm";
import {
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id } from "./columns.ts";
import { contact } from "./contacts.ts";

/** A named set of contacts: its members are listed, or its rule decides. */
export const segment = pgTable(
  "segment",
  {
    id: id(),
    name: text().notNull(),
    /** Null for a static segment. */
    rule: jsonb().$type<SegmentRule>(),
    /** How many members a static segment lists, kept by a trigger; a dynamic one is counted when asked. */
    size: integer().notNull().default(0),
    created_at: createdAt(),
    updated_at: createdAt(),
  },
  (table) => [uniqueIndex("segment_name").on(sql`lower(${table.name})`)],
);

/** Who belongs to a dynamic segment: a tree of `all`, `any` and single conditions. */
export type SegmentRule =
  | { all: SegmentRule[] }
  | { any: SegmentRule[] }
  | { field: string; is: string; value?: string | number | boolean };

/**
 * The members of static segments. It has no foreign keys: checking two for each row took three times as long as writing
 * it. Triggers do their work a statement at a time: members go with their segment or contact, and there are none of a
 * segment that is not there. Whoever adds a contact that is not of the same transaction locks it first (FOR KEY SHARE).
 */
export const segmentContact = pgTable(
  "segment_contact",
  {
    segment_id: uuid().notNull(),
    contact_id: uuid().notNull(),
    added_at: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.segment_id, table.contact_id] }),
    index("segment_contact_by_contact").on(table.contact_id, table.segment_id),
  ],
);

/**
 * Who has opted out of a dynamic segment: its rule may hold for them, and they are not in it. Whoever leaves a static one is taken
 * off its list, and is not here.
 */
export const segmentOptOut = pgTable(
  "segment_opt_out",
  {
    segment_id: uuid()
      .notNull()
      .references(() => segment.id, { onDelete: "cascade" }),
    contact_id: uuid()
      .notNull()
      .references(() => contact.id, { onDelete: "cascade" }),
    /** The email by whose link they opted out; it goes with its campaign, and this stays. */
    email_id: uuid().notNull(),
    created_at: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.segment_id, table.contact_id] }),
    index("segment_opt_out_by_contact").on(table.contact_id, table.segment_id),
  ],
);
