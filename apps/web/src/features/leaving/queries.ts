import { sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";

/** The recipient of an email, and what its campaign went to. */
export interface Addressee {
  email_id: string;
  campaign: string;
  /** The address that the email went to. */
  address: string;
  contact_id: string;
  /** The canonical address that the contact has now. */
  canonical: string;
  organisation: string;
  /** The segments of the campaign. */
  segment_ids: string[];
}

/** Whom an email went to; undefined when the email, its campaign or its contact is not there any more. */
export async function selectAddressee(
  db: Queryable,
  email: string,
): Promise<Addressee | undefined> {
  const rows = await db.execute<Addressee & Record<string, unknown>>(sql`
    SELECT "email"."id" AS "email_id", "campaign"."name" AS "campaign", "email"."address", "email"."contact_id",
      "contact"."canonical_email" AS "canonical",
      coalesce(nullif("setting"."organisation", ''), nullif("setting"."from_name", ''), "setting"."from_email") AS "organisation",
      ARRAY(SELECT "segment_id" FROM "campaign_segment" WHERE "campaign_id" = "campaign"."id") AS "segment_ids"
    FROM "email"
      JOIN "campaign" ON "campaign"."id" = "email"."campaign_id"
      JOIN "contact" ON "contact"."id" = "email"."contact_id"
      CROSS JOIN "setting"
    WHERE "email"."id" = ${email}
  `);
  return rows[0];
}

/** Has whoever leaves by the same email wait for each other until the transaction ends. */
export async function takeLeavingTurn(tx: Queryable, email: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`leave ${email}`}, 0))`);
}
