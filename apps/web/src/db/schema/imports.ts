import {
  bigint,
  boolean,
  customType,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "./columns.ts";
import { SUPPRESSION_REASONS } from "./contacts.ts";
import { segment } from "./segments.ts";

const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({ dataType: () => "bytea" });

/**
 * One CSV on its way into the contacts or the suppressions. Any web can carry it on: the file, the mapping and the progress
 * are here.
 */
export const contactImport = pgTable("import", {
  id: id(),
  /** What its rows become. */
  kind: text({ enum: ["contacts", "suppressions"] })
    .notNull()
    .default("contacts"),
  state: text({
    enum: ["uploading", "mapping", "running", "done", "failed", "cancelled"],
  }).notNull(),
  file_name: text().notNull(),
  /** The size of the file as it is kept: in UTF-8, whatever it was uploaded in. */
  bytes: bigint({ mode: "number" }).notNull().default(0),
  /** What it was uploaded in, as far as one can tell. */
  encoding: text({ enum: ["utf-8", "utf-16le", "utf-16be", "windows-1252"] })
    .notNull()
    .default("utf-8"),
  separator: text().notNull().default(","),
  /** Whether the first row names the columns. */
  has_header: boolean().notNull().default(true),
  /** What the columns are called, for the file of rejected rows: the uploaded one is gone by then. */
  headings: text().array().notNull().default([]),
  /** Column of the file, by position, to field of the contact or the suppression; null leaves the column out. */
  mapping: jsonb().$type<(string | null)[]>(),
  on_duplicate: text({ enum: ["update", "skip"] })
    .notNull()
    .default("update"),
  /** Of suppressions whose row gives no reason. */
  default_reason: text({ enum: SUPPRESSION_REASONS }).notNull().default("manual"),
  segment_id: uuid().references(() => segment.id, { onDelete: "set null" }),
  /** How far it is. Both move in the transaction that writes the rows before them, so nothing is done twice. */
  bytes_read: bigint({ mode: "number" }).notNull().default(0),
  lines_read: integer().notNull().default(0),
  rows: integer().notNull().default(0),
  inserted: integer().notNull().default(0),
  updated: integer().notNull().default(0),
  skipped: integer().notNull().default(0),
  rejected: integer().notNull().default(0),
  /** Why it failed, for the person who started it. */
  error: text(),
  created_by: text().notNull(),
  created_at: createdAt(),
  started_at: moment(),
  finished_at: moment(),
  /** Whoever uploads it or carries it on keeps this in the future; past it, another takes over, or clears it away. */
  leased_until: moment(),
});

/** The uploaded file in pieces, gone when the import ends. */
export const importChunk = pgTable(
  "import_chunk",
  {
    import_id: uuid()
      .notNull()
      .references(() => contactImport.id, { onDelete: "cascade" }),
    position: integer().notNull(),
    bytes: bytea().notNull(),
  },
  (table) => [primaryKey({ columns: [table.import_id, table.position] })],
);

/** A row that was not taken: the line of the file it begins on, why, and its cells as they stood. */
export const importReject = pgTable(
  "import_reject",
  {
    import_id: uuid()
      .notNull()
      .references(() => contactImport.id, { onDelete: "cascade" }),
    line: integer().notNull(),
    reason: text().notNull(),
    cells: text().array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.import_id, table.line] })],
);
