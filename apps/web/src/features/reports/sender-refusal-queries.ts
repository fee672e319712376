import { type SQL, sql } from "drizzle-orm";
import { UNAUTHENTICATED } from "@mailwright/protocol";
import type { Queryable } from "../../db/open.ts";
import type { DomainOutcomes } from "../../db/schema/campaigns.ts";

/** News of a campaign whose sender's authentication is refused somewhere. */
export interface SenderNews {
  id: string;
  audience: number;
  /** What is watched of it. */
  watched: DomainOutcomes[] | null;
  /** What emails that ended since it was last resumed came to; each domain once. */
  news: DomainOutcomes[];
}

/** The domain of an address, an expression; empty for an erased one. */
export function domainOf(address: SQL): SQL {
  return sql`lower(split_part(${address}, '@', -1))`;
}

/**
 * The same from facts that are new, of emails that their gateway had accepted: these are as many fewer accepted ones. An
 * email counts once, however often it is told of: the caller has the emails locked, so whoever tells of one at the same time
 * comes before or after. The campaigns stay locked until the transaction ends.
 */
export async function selectToldRefusals(
  db: Queryable,
  facts: readonly { id: string; email_id: string }[],
): Promise<SenderNews[]> {
  const ids = sql.param(facts.map(({ id }) => id));
  const emails = sql.param(facts.map(({ email_id }) => email_id));
  return db.execute<SenderNews & Record<string, unknown>>(sql`
    WITH "refused" AS MATERIALIZED (
      SELECT "campaign_id", ${domainOf(sql`"address"`)} AS "domain", "changed_at" FROM "email"
      WHERE "id" = ANY(${emails}::uuid[]) AND "state" = 'sent' AND NOT EXISTS (
        SELECT FROM "email_fact"
        WHERE "email_fact"."email_id" = "email"."id" AND "kind" = 'bounced'
          AND "detail" ->> 'status' = ANY(${sql.param(UNAUTHENTICATED)}::text[])
          AND "email_fact"."id" <> ALL(${ids}::uuid[])
      )
    ),
    "locked" AS MATERIALIZED (
      SELECT "id", "audience", "sender_refusals" AS "watched", "resumed_at" FROM "campaign"
      WHERE "id" IN (SELECT "campaign_id" FROM "refused") AND "state" = 'sending'
      ORDER BY "id" FOR UPDATE
    )
    SELECT "id", "audience", "watched", json_agg("by_domain") AS "news"
    FROM "locked", LATERAL (
      SELECT "domain", count(*) AS "refused", -count(*) AS "accepted" FROM "refused"
      WHERE "campaign_id" = "locked"."id" AND "changed_at" > coalesce("locked"."resumed_at", '-infinity')
      GROUP BY "domain"
    ) AS "by_domain"
    GROUP BY "id", "audience", "watched"
  `);
}

/** Keeps what is watched of a campaign; with a reason, it is paused if it is sending. Answers whether that was so. */
export async function updateWatched(
  db: Queryable,
  campaign: string,
  watched: readonly DomainOutcomes[],
  reason: string | undefined,
): Promise<boolean> {
  const kept = watched.length === 0 ? null : JSON.stringify(watched);
  const pause = sql`${reason !== undefined}::boolean AND "state" = 'sending'`;
  const rows = await db.execute<{ paused: boolean }>(sql`
    UPDATE "campaign" SET
      "sender_refusals" = ${kept}::jsonb,
      "state" = CASE WHEN ${pause} THEN 'paused' ELSE "state" END,
      "state_reason" = CASE WHEN ${pause} THEN ${reason ?? null} ELSE "state_reason" END,
      "updated_at" = CASE WHEN ${pause} THEN now() ELSE "updated_at" END
    WHERE "id" = ${campaign}
    RETURNING old."state" <> new."state" AS "paused"
  `);
  return rows[0]?.paused ?? false;
}
