import { type SQL, sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytewiseText, createdAt, id } from "./columns.ts";

/** A person with an address. `canonical_email` is what makes them one: trimmed, lower-cased, domain in ASCII. */
export const contact = pgTable(
  "contact",
  {
    id: id(),
    email: text().notNull(),
    canonical_email: bytewiseText().notNull(),
    name: text().notNull().default(""),
    first_name: text().notNull().default(""),
    last_name: text().notNull().default(""),
    attributes: jsonb().$type<Attributes>().notNull().default({}),
    created_at: createdAt(),
    updated_at: createdAt(),
    /** What they are called in a list, in lower case: the name, or else first and last name. */
    shown_name: bytewiseText()
      .notNull()
      .generatedAlwaysAs(
        (): SQL =>
          sql`lower(coalesce(nullif(${contact.name}, ''), btrim(${contact.first_name} || ' ' || ${contact.last_name})))`,
      ),
    /** The last name in lower case. A column, for an index that had it as an expression would have to hold the name twice. */
    sought_last_name: bytewiseText()
      .notNull()
      .generatedAlwaysAs((): SQL => sql`lower(${contact.last_name})`),
  },
  (table) => [
    check("contact_email_length", sql`length(${table.email}) between 3 and 254`),
    check("contact_attributes_object", sql`jsonb_typeof(${table.attributes}) = 'object'`),
    // By these a search finds whoever has an address or a name that begins so. Each holds all that a list is sorted by, so who
    // is found need not be read to be sorted: 3 ms for 30,000 people instead of 44. The first includes the shown name and the
    // id as well, which cannot be said here. They cost an import, so the two last hold only whom the second does not find: no
    // first name that the name begins with, no blank last name. An entry may have 2,700 bytes, and a name of 200 characters 600.
    uniqueIndex("contact_canonical_email").on(table.canonical_email),
    index("contact_name").on(table.shown_name, table.id, table.canonical_email),
    index("contact_first_name")
      .on(
        sql`(lower(${table.first_name}) COLLATE "C")`,
        // Postgres would read the row for it if it were not here.
        table.first_name,
        table.shown_name,
        table.id,
        table.canonical_email,
      )
      .where(
        sql`${table.name} <> '' AND ${table.first_name} <> '' AND NOT starts_with(lower(${table.name}), lower(${table.first_name}))`,
      ),
    index("contact_last_name")
      .on(table.sought_last_name, table.shown_name, table.id, table.canonical_email)
      .where(sql`${table.sought_last_name} <> ''`),
    index("contact_domain").on(sql`split_part(${table.canonical_email}, '@', 2)`),
  ],
);

/** Custom attributes: flat, by key; what a template sees as `contact.<key>`. */
export type Attributes = Record<string, string | number | boolean | null>;

/** Why an address must not be mailed; which weighs more, `suppressions/reasons.ts` says. */
export const SUPPRESSION_REASONS = ["manual", "unsubscribed", "bounced", "complained"] as const;

/** An address that must not be mailed. It outlives its contact: an erased person stays unmailed when imported again. */
export const suppression = pgTable(
  "suppression",
  {
    canonical_email: bytewiseText().primaryKey(),
    /** Sorts by the time it came here. */
    id: uuid()
      .notNull()
      .default(sql`uuidv7()`)
      .unique("suppression_id"),
    reason: text({ enum: SUPPRESSION_REASONS }).notNull(),
    /** Who or what caused it, for a person to read. */
    origin: text().notNull(),
    /** What else suppresses it, and weighs less, whichever came first: it counts once the reason is taken back. */
    former_reason: text({ enum: SUPPRESSION_REASONS }),
    former_origin: text(),
    /** Since when, as far as anybody knows: an import may tell of a time before this installation. */
    created_at: createdAt(),
    /** Whether the email client has been told of the emails that wait there for this address. */
    announced: boolean().notNull().default(false),
  },
  (table) => [
    index("suppression_unannounced")
      .on(table.id)
      .where(sql`NOT ${table.announced}`),
    // The order of the list, and of what it shows of one reason.
    index("suppression_since").on(table.created_at, table.id),
    index("suppression_reason").on(table.reason, table.created_at, table.id),
  ],
);

/**
 * An address that a contact had before, in its canonical form. Emails keep the address of their launch, so who suppresses
 * it means them, and they are found by it here instead of by an index that every email would pay for. It goes with its
 * contact.
 */
export const formerAddress = pgTable(
  "former_address",
  {
    canonical_email: bytewiseText().notNull(),
    contact_id: uuid().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.canonical_email, table.contact_id] }),
    index("former_address_contact").on(table.contact_id),
  ],
);

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
