import { sql } from "drizzle-orm";
import type { Suppressed } from "@mailwright/protocol";
import { foundEmailIs } from "../../db/found-email.ts";
import type { Queryable } from "../../db/open.ts";

/** Suppressions that the email client has not been told of: theirs, and the emails of those addresses that may be there. */
export interface Unannounced {
  suppressions: string[];
  emails: Suppressed["emails"];
}

/** Takes up to `most` of them, for this transaction: other webs take others. */
export async function takeUnannounced(tx: Queryable, most: number): Promise<Unannounced> {
  const [row] = await tx.execute<Unannounced & Record<string, unknown>>(sql`
    WITH "taken" AS MATERIALIZED (
      SELECT "id", "canonical_email" FROM "suppression" WHERE NOT "announced" ORDER BY "id" LIMIT ${most}
      FOR UPDATE SKIP LOCKED
    )
    SELECT
      coalesce((SELECT json_agg("id") FROM "taken"), '[]'::json) AS "suppressions",
      coalesce((
        SELECT json_agg(json_build_object('id', "email"."id", 'run', "email"."run"))
        FROM "taken" JOIN "contact" USING ("canonical_email") JOIN "email" ON "email"."contact_id" = "contact"."id"
        WHERE ${foundEmailIs("queued", "sending", "retrying", "resolving")}
      ), '[]'::json) AS "emails"
  `);
  return row ?? { suppressions: [], emails: [] };
}

export async function markAnnounced(tx: Queryable, suppressions: readonly string[]): Promise<void> {
  await tx.execute(
    sql`UPDATE "suppression" SET "announced" = true WHERE "id" = ANY(${sql.param(suppressions)}::uuid[])`,
  );
}
