import { type SQL, sql } from "drizzle-orm";
import { EMAIL_STATES, OPEN_STATES } from "@mailwright/email_machine";

/**
 * The end of every statement that moves emails: from a relation `moved (campaign_id, before, after)` it carries the nine
 * counts of the campaigns concerned, ends a campaign that has nothing left, and lets a finished one
 * that has something left again go on sending. Emails and counts change in one
 * statement, so the counts are always the fold of the emails.
 *
 * `unhandedChange` is an expression over "campaign" for what the statement changes in `unhanded`.
 *
 * Locks are always taken in this order: batch, emails by id, campaign. Two statements that wait for each other would be
 * a deadlock; with one order they only wait.
 */
export function countMoves(unhandedChange: SQL = sql`0`): SQL {
  const states = EMAIL_STATES.map((state) => sql.identifier(state));
  const deltas = EMAIL_STATES.map(
    (state, index) =>
      sql`(count(*) FILTER (WHERE "after" = ${sql.raw(`'${state}'`)}) - count(*) FILTER (WHERE "before" = ${sql.raw(`'${state}'`)}))::integer AS ${states[index]}`,
  );
  const sets = states.map((state) => sql`${state} = "campaign".${state} + "delta".${state}`);
  const openAfter = sql.join(
    OPEN_STATES.map(
      (state) => sql`"campaign".${sql.identifier(state)} + "delta".${sql.identifier(state)}`,
    ),
    sql` + `,
  );
  const goesOn = sql`${openAfter} > 0 AND "campaign"."state" = 'finished'`;
  return sql`
    "delta" AS (
      SELECT "campaign_id", ${sql.join(deltas, sql`, `)} FROM "moved" GROUP BY "campaign_id" ORDER BY "campaign_id"
    ),
    "counted" AS (
      UPDATE "campaign" SET
        ${sql.join(sets, sql`, `)},
        "unhanded" = "campaign"."unhanded" + ${unhandedChange},
        "state" = CASE
          WHEN ${goesOn} THEN 'sending'::"campaign_state"
          WHEN ${openAfter} > 0 OR "campaign"."state" NOT IN ('sending', 'paused', 'cancelling') THEN "campaign"."state"
          WHEN "campaign"."state" = 'cancelling' THEN 'cancelled'::"campaign_state"
          ELSE 'finished'::"campaign_state"
        END,
        "finished_at" = CASE
          WHEN ${openAfter} > 0 THEN NULL
          WHEN "campaign"."state" NOT IN ('sending', 'paused', 'cancelling') THEN "campaign"."finished_at"
          ELSE now()
        END,
        "sender_refusals" = CASE WHEN ${goesOn} THEN NULL ELSE "campaign"."sender_refusals" END,
        "refused_in_a_row" = CASE WHEN ${goesOn} THEN 0 ELSE "campaign"."refused_in_a_row" END,
        "state_reason" = CASE WHEN ${goesOn} OR ${openAfter} = 0 THEN NULL ELSE "campaign"."state_reason" END,
        "resumed_at" = CASE WHEN ${goesOn} THEN now() ELSE "campaign"."resumed_at" END,
        "updated_at" = now()
      FROM "delta" WHERE "campaign"."id" = "delta"."campaign_id"
      RETURNING "campaign"."id", "campaign"."audience", "campaign"."refused_in_a_row", "campaign"."sender_refusals",
        "campaign"."resumed_at"
    )`;
}
