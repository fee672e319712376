import { sql } from "drizzle-orm";
import { check, integer, pgTable, text } from "drizzle-orm/pg-core";
import { createdAt } from "./columns.ts";

/** The one row of the organisation's settings. Waits and ages are seconds. */
export const setting = pgTable(
  "setting",
  {
    id: integer().primaryKey().default(1),
    organisation: text().notNull().default(""),
    from_name: text().notNull().default(""),
    from_email: text().notNull().default(""),
    reply_to: text().notNull().default(""),
    postal_address: text().notNull().default(""),
    retry_attempts: integer().notNull().default(4),
    retry_first_wait_s: integer().notNull().default(5),
    retry_max_wait_s: integer().notNull().default(900),
    retry_max_age_s: integer().notNull().default(86_400),
    updated_at: createdAt(),
  },
  (table) => [check("setting_one_row", sql`${table.id} = 1`)],
);
