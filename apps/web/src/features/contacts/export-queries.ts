import { type SQL, sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type postgres from "postgres";
import type { Attributes } from "./attributes.ts";

export interface ExportedRow {
  email: string;
  name: string;
  first_name: string;
  last_name: string;
  attributes: Attributes;
}

const dialect = new PgDialect({ casing: "snake_case" });

/** Rows at a time: some 200 kB. */
const STRIDE = 1_000;

/**
 * The contacts that pass a condition on "contact", in the order in which they were added, all as they are at one instant.
 * They come from a cursor, so a million take no more memory than a thousand; whoever stops early gives the connection back.
 */
export async function* streamContacts(
  client: postgres.Sql,
  filter: SQL | undefined,
): AsyncGenerator<ExportedRow[]> {
  const { sql: text, params } = dialect.sqlToQuery(sql`
    SELECT "email", "name", "first_name", "last_name", "attributes" FROM "contact"
    WHERE ${filter ?? sql`true`} ORDER BY "contact"."id"
  `);
  const connection = await client.reserve();
  try {
    await connection.unsafe("BEGIN READ ONLY");
    // A slow reader is no reason to break off; one that takes nothing for ten minutes has gone away.
    await connection.unsafe(
      "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '10min'",
    );
    yield* connection
      .unsafe<ExportedRow[]>(text, params as postgres.ParameterOrJSON<never>[])
      .cursor(STRIDE);
  } finally {
    await connection.unsafe("ROLLBACK");
    connection.release();
  }
}
