import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "./schema/index.ts";

/** The whole database: pages and jobs get this. */
export type Database = PostgresJsDatabase<typeof schema>;
/** What a query needs: the database or a transaction of it. */
export type Queryable = Pick<
  Database,
  "select" | "selectDistinct" | "selectDistinctOn" | "insert" | "update" | "delete" | "execute"
>;

export interface OpenDatabase extends AsyncDisposable {
  db: Database;
  /** For what is read at the pace of whoever downloads it. A few connections of its own: slow readers hold up no page. */
  streams: postgres.Sql;
}

/**
 * Opens the pool: the one place that does. `statement_timeout` ends what a page would never wait for; the long jobs lift
 * it for their own transaction. Connections are made when first used, so a database that is not up yet is a failing
 * query, not a failing start.
 */
export function openDatabase(url: string, { connections = 20 } = {}): OpenDatabase {
  const sql = openPool(url, connections);
  const streams = openPool(url, STREAMS);
  return {
    db: drizzle(sql, { schema, casing: "snake_case" }),
    streams,
    async [Symbol.asyncDispose]() {
      await Promise.all([sql.end({ timeout: 5 }), streams.end({ timeout: 5 })]);
    },
  };
}

/** Downloads that are read at once; another one begins when one of these ends. */
const STREAMS = 4;

function openPool(url: string, max: number): postgres.Sql {
  return postgres(url, {
    max,
    idle_timeout: 60,
    // Seconds. An attempt that meets a Postgres in the middle of its start may hang until then, and work waits with it.
    connect_timeout: 3,
    // The driver's own waits grow to 20 s, and whoever draws a connection that just failed waits with it.
    backoff: (failures) => Math.min(0.05 * 2 ** failures, 0.5),
    onnotice: () => {},
    connection: {
      application_name: "mailwright",
      statement_timeout: 30_000,
      // Longer than a call to the email client takes. A web that is frozen or cut off within a transaction holds what all wait for.
      idle_in_transaction_session_timeout: 15_000,
      // A server may be anywhere; days and months are UTC's here.
      TimeZone: "UTC",
    },
  });
}
