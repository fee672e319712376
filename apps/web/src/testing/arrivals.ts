import { sql } from "drizzle-orm";
import { noteFacts, type ToldFact } from "../features/emails/facts.ts";
import { requeueInTime } from "../features/campaigns/orders.ts";
import type { Requeueable } from "../features/campaigns/requeue-queries.ts";
import { type CampaignFixture, launchedWith } from "./campaigns.ts";

/** Tells something of an email, by whose word makes no difference. For tests. */
export function tell(
  { context: { db } }: Pick<CampaignFixture, "context">,
  email_id: string,
  kind: ToldFact["kind"],
  dedupe_key: string = kind,
) {
  return noteFacts(db, [{ email_id, kind, at: new Date(), source: "mock", dedupe_key }]);
}

/** A finished campaign with emails that ended so, are sent again, and fail. */
export async function failedAgain(
  fixture: CampaignFixture,
  campaign: string,
  before: Partial<Record<Requeueable, number>>,
): Promise<Record<Requeueable, string[]>> {
  const { db } = fixture.context;
  const ids = await launchedWith(fixture, campaign, "finished", before);
  await requeueInTime(fixture.context, campaign, "Anna", ["failed", "uncertain"]);
  await db.execute(sql`
    WITH "ended" AS (
      UPDATE "email" SET "state" = 'failed', "seq" = 2, "attempt" = 4, "error_code" = 'exhausted'
      WHERE "campaign_id" = ${campaign} AND "state" = 'queued' RETURNING "id"
    ), "told" AS (
      INSERT INTO "email_event" ("email_id", "run", "seq", "event", "state", "at", "attempt", "error_code")
      SELECT "id", 2, "step", CASE "step" WHEN 1 THEN 'START' ELSE 'UNAVAILABLE' END,
        CASE "step" WHEN 1 THEN 'sending' ELSE 'failed' END::"email_state", now(), 1,
        CASE "step" WHEN 2 THEN 'exhausted' END
      FROM "ended", generate_series(1, 2) AS "step"
    )
    UPDATE "campaign" SET "queued" = 0, "unhanded" = 0, "failed" = (SELECT count(*) FROM "ended"), "state" = 'finished',
      "finished_at" = now() WHERE "id" = ${campaign}
  `);
  await db.execute(sql`DELETE FROM "batch" WHERE "campaign_id" = ${campaign}`);
  return ids;
}
