import { sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { MOVING } from "../campaigns/standing.ts";

/** Some ids, the newest first, and how many there are. */
export interface Found extends Record<string, unknown> {
  ids: string[];
  total: number;
}

const UNDER_WAY = sql.join(
  MOVING.map((state) => sql`${state}`),
  sql`, `,
);

const NONE: Found = { ids: [], total: 0 };

/**
 * Campaigns with uncertain emails, of whatever age; with failed ones, as far as they are under way or were launched or ended since
 * then; and drafts whose launch was given up. Of a cancelled one nothing can be sent again, so nobody has to look at it.
 */
export async function selectTroubled(db: Queryable, since: Date, most: number): Promise<Found> {
  const [row] = await db.execute<Found>(sql`
    SELECT coalesce((array_agg("id" ORDER BY "launched_at" DESC NULLS FIRST, "id" DESC))[1:${most}], '{}') AS "ids",
      count(*)::integer AS "total"
    FROM "campaign"
    WHERE "state" <> 'cancelled' AND ("uncertain" > 0
      OR ("failed" > 0 AND (
        "launched_at" >= ${since.toISOString()} OR "finished_at" >= ${since.toISOString()} OR "state" IN (${UNDER_WAY})
      ))
      OR ("state" = 'draft' AND "state_reason" IS NOT NULL))
  `);
  return row ?? NONE;
}

/** How many there are of what the product is about. */
export interface Totals extends Record<string, unknown> {
  contacts: number;
  segments: number;
  templates: number;
  campaigns: number;
  /** Whether any campaign was ever launched. */
  launched: boolean;
}

export async function selectTotals(db: Queryable): Promise<Totals> {
  const [row] = await db.execute<Totals>(sql`
    SELECT (SELECT "count" FROM "tally" WHERE "name" = 'contact')::float8 AS "contacts",
      (SELECT count(*) FROM "segment")::integer AS "segments",
      (SELECT count(*) FROM "template")::integer AS "templates",
      (SELECT count(*) FROM "campaign")::integer AS "campaigns",
      EXISTS (SELECT FROM "campaign" WHERE "launched_at" IS NOT NULL) AS "launched"
  `);
  if (row === undefined) throw new Error("a statement without a table gave no row");
  return row;
}

/** What came of the campaigns launched on one day (UTC). */
export interface DayRow extends Record<string, unknown> {
  /** "2026-01-31" */
  day: string;
  sent: number;
  failed: number;
  uncertain: number;
}

/**
 * The days since then on which campaigns were launched. It adds up the counts that every campaign keeps, so its cost grows
 * with the campaigns and not with their emails.
 */
export async function selectDays(db: Queryable, since: Date): Promise<DayRow[]> {
  return db.execute<DayRow>(sql`
    SELECT to_char("launched_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS "day",
      sum("sent")::float8 AS "sent", sum("failed")::float8 AS "failed", sum("uncertain")::float8 AS "uncertain"
    FROM "campaign" WHERE "launched_at" >= ${since.toISOString()} GROUP BY 1 ORDER BY 1
  `);
}
