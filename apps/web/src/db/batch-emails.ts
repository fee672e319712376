import { type SQL, sql } from "drizzle-orm";

/**
 * What a query about the emails of a "batch" is FROM. An email belongs to one batch, that of its run: one that failed and
 * was requeued goes on in another, while others keep the old one open.
 */
export const BATCH_EMAILS: SQL = sql`
  "batch", unnest("batch"."email_ids", "batch"."runs") AS "member" ("id", "run")
    JOIN "email" ON "email"."id" = "member"."id" AND "email"."run" = "member"."run"`;
