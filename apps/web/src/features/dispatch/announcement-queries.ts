import { type SQL, sql } from "drizzle-orm";
import { OPEN_STATES } from "@mailwright/email_machine";
import type { Suppressed, SuppressedEmail } from "@mailwright/protocol";
import { foundEmailIs } from "../../db/found-email.ts";
import { mailedAddress } from "../../db/mailed-address.ts";
import type { Queryable } from "../../db/open.ts";

/** Suppressions that the email client has not been told of: theirs, and the emails of those addresses that may be there. */
export interface Unannounced {
  suppressions: string[];
  emails: Suppressed["emails"];
}

/**
 * Takes up to `most` of them, the last that came, for this transaction: other webs take others. Their emails, as in the
 * hand-over: those sent to such an address, and those of the contact who has it now. A contact whose address changed after
 * the launch is found by the former one.
 */
export async function takeUnannounced(tx: Queryable, most: number): Promise<Unannounced> {
  const [row] = await tx.execute<Unannounced & Record<string, unknown>>(sql`
    WITH "taken" AS MATERIALIZED (
      SELECT "id", "canonical_email" FROM "suppression" WHERE NOT "announced" ORDER BY "id" DESC LIMIT ${most}
      FOR UPDATE SKIP LOCKED
    )
    SELECT
      coalesce((SELECT json_agg("id") FROM "taken"), '[]'::json) AS "suppressions",
      coalesce((
        SELECT json_agg(json_build_object('id', "found"."id", 'run', "found"."run")) FROM (
          SELECT "email"."id", "email"."run"
          FROM "taken" JOIN "contact" USING ("canonical_email") JOIN "email" ON "email"."contact_id" = "contact"."id"
          WHERE ${mayBeThere()}
          UNION
          SELECT "email"."id", "email"."run"
          FROM "taken" JOIN "former_address" USING ("canonical_email")
            JOIN "email" ON "email"."contact_id" = "former_address"."contact_id" AND ${mailedAddress()} = "taken"."canonical_email"
          WHERE ${mayBeThere()}
        ) AS "found"
      ), '[]'::json) AS "emails"
  `);
  return row ?? { suppressions: [], emails: [] };
}

function mayBeThere(): SQL {
  return foundEmailIs(...OPEN_STATES);
}

/** Takes up to `most` emails of erased contacts that the email client has not been told of, for this transaction. */
export async function takeWithheld(tx: Queryable, most: number): Promise<Suppressed["emails"]> {
  return tx.execute<Suppressed["emails"][number]>(
    sql`SELECT "email_id" AS "id", "run" FROM "withheld_email" LIMIT ${most} FOR UPDATE SKIP LOCKED`,
  );
}

/**
 * Says of emails, whose suppression or erasure was committed before, which no hand-over can be bringing: none has begun, and
 * one that begins from now on reads its recipients after that and skips them. The batches of a launch are in the order of their
 * emails' ids (`freezeAudience`), so an email that comes after the last of them that was ever claimed lies in none that was.
 * That reads the ids of one batch, 3 to 6 ms for one who leaves; those of all that were claimed are 20,000 and more, 50 ms and
 * up. What is sent again lies in any order, and may be on its way.
 */
export async function withUnbrought(
  tx: Queryable,
  emails: Suppressed["emails"],
): Promise<Suppressed["emails"]> {
  const ids = sql.param(emails.map(({ id }) => id));
  const runs = sql.param(emails.map(({ run }) => run));
  const rows = await tx.execute<SuppressedEmail & { unbrought: boolean }>(sql`
    WITH "said" AS MATERIALIZED (
      SELECT "id", "named"."run", "campaign_id"
      FROM unnest(${ids}::uuid[], ${runs}::smallint[]) AS "named" ("id", "run") LEFT JOIN "email" USING ("id")
    ),
    "reached" AS MATERIALIZED (
      SELECT "campaign_id", (
        SELECT "member" FROM (
          SELECT "email_ids" FROM "batch"
          WHERE "batch"."campaign_id" = "sent"."campaign_id" AND "runs"[1] = 1
            AND ("handed_at" IS NOT NULL OR "claimed_until" IS NOT NULL)
          ORDER BY "id" DESC LIMIT 1
        ) AS "last", unnest("last"."email_ids") AS "member" ORDER BY "member" DESC LIMIT 1
      ) AS "id"
      FROM (SELECT DISTINCT "campaign_id" FROM "said" WHERE "campaign_id" IS NOT NULL) AS "sent"
    )
    SELECT "said"."id", "said"."run",
      "said"."run" = 1 AND "said"."campaign_id" IS NOT NULL AND ("reached"."id" IS NULL OR "said"."id" > "reached"."id") AS "unbrought"
    FROM "said" LEFT JOIN "reached" USING ("campaign_id")
  `);
  return rows.map(({ id, run, unbrought }) => ({ id, run, ...(unbrought && { unbrought }) }));
}

export async function markAnnounced(tx: Queryable, suppressions: readonly string[]): Promise<void> {
  await tx.execute(
    sql`UPDATE "suppression" SET "announced" = true WHERE "id" = ANY(${sql.param(suppressions)}::uuid[])`,
  );
}

export async function dropWithheld(tx: Queryable, emails: Suppressed["emails"]): Promise<void> {
  const ids = sql.param(emails.map(({ id }) => id));
  const runs = sql.param(emails.map(({ run }) => run));
  await tx.execute(sql`
    DELETE FROM "withheld_email"
    WHERE ("email_id", "run") IN (SELECT * FROM unnest(${ids}::uuid[], ${runs}::smallint[]))
  `);
}
