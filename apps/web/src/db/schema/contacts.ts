import { sql } from "drizzle-orm";
import { bigint, check, index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { bytewiseText, createdAt, id } from "./columns.ts";

/** A person with an address. `canonical_email` is what makes them one: trimmed, lower-cased, domain in ASCII. */
export const contact = pgTable(
  "contact",
  {
    id: id(),
    email: text().notNull(),
    canonical_email: bytewiseText().notNull().unique("contact_canonical_email"),
    name: text().notNull().default(""),
    first_name: text().notNull().default(""),
    last_name: text().notNull().default(""),
    attributes: jsonb().$type<Attributes>().notNull().default({}),
    created_at: createdAt(),
    updated_at: createdAt(),
  },
  (table) => [
    check("contact_email_length", sql`length(${table.email}) between 3 and 254`),
    check("contact_attributes_object", sql`jsonb_typeof(${table.attributes}) = 'object'`),
    // Serve both the sort by name and the search for the beginning of one.
    index("contact_name").on(sql`(lower(${table.name}) COLLATE "C")`, table.id),
    index("contact_last_name").on(sql`(lower(${table.last_name}) COLLATE "C")`, table.id),
  ],
);

/** Custom attributes: flat, by key; what a template sees as `contact.<key>`. */
export type Attributes = Record<string, string | number | boolean | null>;

/** An address that must not be mailed. It outlives its contact: an erased person stays unmailed when imported again. */
export const suppression = pgTable("suppression", {
  canonical_email: bytewiseText().primaryKey(),
  reason: text({ enum: ["manual", "unsubscribed", "bounced", "complained"] }).notNull(),
  /** Who or what caused it, for a person to read. */
  origin: text().notNull(),
  created_at: createdAt(),
});

/** Row counts of whole tables, kept by triggers: a `count(*)` over a million rows takes longer than a page may. */
export const tally = pgTable("tally", {
  name: text().primaryKey(),
  count: bigint({ mode: "number" }).notNull().default(0),
});

/** Every attribute key that a contact ever had: what a template may name and a rule may ask for. */
export const attributeKey = pgTable("attribute_key", {
  key: bytewiseText().primaryKey(),
  created_at: createdAt(),
});
