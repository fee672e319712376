import { integer, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id } from "./columns.ts";

/** A template is a name and its versions; saving a change makes the next version. */
export const template = pgTable("template", {
  id: id(),
  name: text().notNull(),
  /** The number of its newest version. */
  version: integer().notNull().default(1),
  created_at: createdAt(),
  updated_at: createdAt(),
});

export const templateVersion = pgTable(
  "template_version",
  {
    id: id(),
    template_id: uuid()
      .notNull()
      .references(() => template.id, { onDelete: "cascade" }),
    version: integer().notNull(),
    kind: text({ enum: ["html", "markdown", "text"] }).notNull(),
    subject: text().notNull(),
    body: text().notNull(),
    created_by: text().notNull(),
    created_at: createdAt(),
  },
  (table) => [uniqueIndex("template_version_number").on(table.template_id, table.version)],
);
