import { sql } from "drizzle-orm";
import { check, integer, pgTable, text } from "drizzle-orm/pg-core";
import { createdAt } from "./columns.ts";

/**
 * The one secret that the links in emails are made with, in hex. It lies with the emails that it is about, and not in the
 * configuration: a link has to work for as long as somebody keeps the email, whatever keys are rotated meanwhile.
 */
export const linkKey = pgTable(
  "link_key",
  {
    id: integer().primaryKey().default(1),
    secret: text().notNull(),
    created_at: createdAt(),
  },
  (table) => [check("link_key_one_row", sql`${table.id} = 1`)],
);
