import { type SQL, sql } from "drizzle-orm";

/**
 * Whether an "email_fact" is a gateway's word on what became of the present run of its "email". What was known before an
 * email was requeued is of an earlier run, and says nothing of this one; nor does a refusal.
 */
export function isToldOfRun(): SQL {
  return sql`
    "email_fact"."email_id" = "email"."id" AND "email_fact"."kind" IN ('delivered', 'bounced', 'complained')
      AND "email_fact"."received_at" >= coalesce((
        SELECT "at" FROM "email_event"
        WHERE "email_event"."email_id" = "email"."id" AND "email_event"."run" = "email"."run" AND "email_event"."seq" = 0
      ), '-infinity')
      AND NOT ${isRefusal()}
  `;
}

/**
 * Whether an "email_fact" is the refusal of a run that another one followed: what a server refused then, it may have taken
 * since. The key says so of nearly every fact that is none; only of a refusal its email is looked up.
 */
export function isRefusedBefore(): SQL {
  return sql`
    CASE WHEN "email_fact"."dedupe_key" LIKE 'smtp bounced %'
      THEN substring("email_fact"."dedupe_key" FROM '^smtp bounced ([0-9]{1,9})[.][0-9]+$')::integer
        < (SELECT "run" FROM "email" WHERE "email"."id" = "email_fact"."email_id")
    END IS TRUE
  `;
}

/**
 * Whether an "email_fact" is a refusal, which is kept as a bounce: it says of an attempt that the gateway does not have it. Any
 * other fact is known only of an email that a gateway has accepted. OFFSET keeps Postgres from joining the events of all campaigns.
 */
export function isRefusal(): SQL {
  return sql`EXISTS (
    SELECT FROM "email_event" AS "refused"
    WHERE "refused"."email_id" = "email_fact"."email_id" AND "refused"."event" = 'REJECTED'
      AND "email_fact"."dedupe_key" = 'smtp bounced ' || "refused"."run" || '.' || "refused"."seq"
    OFFSET 0
  )`;
}
