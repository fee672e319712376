import { sql } from "drizzle-orm";
import { BATCH_SIZE } from "@mailwright/protocol";
import type { Queryable } from "../db/open.ts";
import type { CampaignState } from "../campaign-words.ts";

/** A contact as it is inserted; the address is in its canonical form, the moment in ISO 8601. */
export interface PersonRow {
  id: string;
  email: string;
  name: string;
  first_name: string;
  last_name: string;
  attributes: Record<string, string | number>;
  created_at: string;
}

/** Inserts contacts; answers how many were new. */
export async function insertPeople(db: Queryable, people: readonly PersonRow[]): Promise<number> {
  const rows = await db.execute<{ added: number }>(sql`
    WITH "added" AS (
      INSERT INTO "contact" ("id", "email", "canonical_email", "name", "first_name", "last_name", "attributes", "created_at", "updated_at")
      SELECT "id", "email", "email", "name", "first_name", "last_name", "attributes", "created_at", "created_at"
      FROM json_to_recordset(${JSON.stringify(people)}::json) AS "person" (
        "id" uuid, "email" text, "name" text, "first_name" text, "last_name" text, "attributes" jsonb, "created_at" timestamptz
      )
      ORDER BY "email" COLLATE "C"
      ON CONFLICT ("canonical_email") DO NOTHING RETURNING "id"
    )
    SELECT count(*)::integer AS "added" FROM "added"
  `);
  return rows[0]?.added ?? 0;
}

export async function segmentNamed(db: Queryable, name: string): Promise<string | undefined> {
  const rows = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "segment" WHERE lower("name") = lower(${name})`,
  );
  return rows[0]?.id;
}

export async function templateNamed(db: Queryable, name: string): Promise<string | undefined> {
  const rows = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "template" WHERE "name" = ${name} ORDER BY "id" LIMIT 1`,
  );
  return rows[0]?.id;
}

export async function campaignNamed(
  db: Queryable,
  name: string,
  createdBy: string,
): Promise<{ id: string; state: CampaignState } | undefined> {
  const rows = await db.execute<{ id: string; state: CampaignState }>(sql`
    SELECT "id", "state" FROM "campaign" WHERE "name" = ${name} AND "created_by" = ${createdBy} ORDER BY "id" LIMIT 1
  `);
  return rows[0];
}

/** The emails of a campaign that wait to be sent, by address. */
export async function queuedEmails(
  tx: Queryable,
  campaign: string,
): Promise<{ id: string; address: string }[]> {
  return tx.execute<{ id: string; address: string }>(sql`
    SELECT "id", "address" FROM "email" WHERE "campaign_id" = ${campaign} AND "state" = 'queued' ORDER BY "address" COLLATE "C"
  `);
}

/** Makes the batches of a campaign anew, of the emails that still wait: none of them was ever handed over. */
export async function batchAnew(tx: Queryable, campaign: string): Promise<void> {
  await tx.execute(sql`DELETE FROM "batch" WHERE "campaign_id" = ${campaign}`);
  await tx.execute(sql`
    WITH "numbered" AS (
      SELECT "id", "run", (row_number() OVER (ORDER BY "id") - 1) / ${BATCH_SIZE} AS "part"
      FROM "email" WHERE "campaign_id" = ${campaign} AND "state" = 'queued'
    ),
    "batches" AS (
      INSERT INTO "batch" ("campaign_id", "email_ids", "runs", "size")
      SELECT ${campaign}::uuid, array_agg("id" ORDER BY "id"), array_agg("run" ORDER BY "id"), count(*) FROM "numbered" GROUP BY "part" ORDER BY "part"
      RETURNING "size"
    )
    UPDATE "campaign" SET "unhanded" = coalesce((SELECT sum("size") FROM "batches"), 0) WHERE "id" = ${campaign}
  `);
}

/** When what is told of a campaign happened. */
export interface Times {
  created: Date;
  launched: Date | undefined;
  /** When it ended or was stopped. */
  ended: Date | undefined;
}

/** Lays what has just been written of a campaign into the past. What the reports say has its own times. */
export async function antedate(
  tx: Queryable,
  campaign: string,
  { created, launched = created, ended = launched }: Times,
): Promise<void> {
  const [first, second, last] = [created, launched, ended].map(
    (moment) => sql`${moment.toISOString()}::timestamptz`,
  );
  await tx.execute(sql`
    UPDATE "campaign" SET "created_at" = ${first}, "updated_at" = ${last},
      "launched_at" = CASE WHEN "launched_at" IS NOT NULL THEN ${second} END,
      "finished_at" = CASE WHEN "finished_at" IS NOT NULL THEN ${last} END
    WHERE "id" = ${campaign}
  `);
  await tx.execute(sql`
    UPDATE "campaign_activity"
    SET "at" = CASE "action" WHEN 'created' THEN ${first} WHEN 'launched' THEN ${second} ELSE ${last} END
    WHERE "campaign_id" = ${campaign}
  `);
  await tx.execute(sql`
    WITH "untouched" AS (
      UPDATE "email" SET "changed_at" = ${second}
      WHERE "campaign_id" = ${campaign} AND "state" IN ('queued', 'skipped') RETURNING "id"
    )
    UPDATE "email_event" SET "at" = ${second} FROM "untouched" WHERE "email_id" = "untouched"."id"
  `);
}
