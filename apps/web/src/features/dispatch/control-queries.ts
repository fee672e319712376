import { sql } from "drizzle-orm";
import type { Control } from "@mailwright/protocol";
import type { Queryable } from "../../db/open.ts";

/** What follows from a campaign's state for the email client. One that ended needs no control any more. */
const DESIRED = sql`CASE "state" WHEN 'sending' THEN 'running' WHEN 'paused' THEN 'paused' WHEN 'cancelling' THEN 'cancelled' END`;

/** Campaigns that the email client has not been told about. It takes one that it never heard of as running. */
export async function unacknowledgedControls(db: Queryable): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    SELECT "id" FROM "campaign"
    WHERE "state" IN ('sending', 'paused', 'cancelling') AND coalesce("control_acknowledged", 'running') <> ${DESIRED}
    ORDER BY "id"
  `);
  return rows.map(({ id }) => id);
}

/** Takes turns with every other web in telling the email client about this campaign, for this transaction. */
export async function takeControlTurn(tx: Queryable, campaign: string): Promise<void> {
  await tx.execute(
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${`control ${campaign}`}, 0))`,
  );
}

/** What a campaign is to do now, as an order; undefined where there is nothing to be told. Its number is never given again. */
export async function nextOrder(
  tx: Queryable,
  campaign: string,
): Promise<Required<Control> | undefined> {
  const rows = await tx.execute<Required<Control>>(sql`
    SELECT ${DESIRED} AS "state", nextval('control_order')::float8 AS "order" FROM "campaign"
    WHERE "id" = ${campaign} AND ${DESIRED} IS NOT NULL
  `);
  return rows[0];
}

/** Has every further order a higher number than this one. */
export async function numberOrdersFrom(db: Queryable, order: number): Promise<void> {
  await db.execute(sql`
    SELECT setval('control_order', greatest(${order}::bigint, "last_value")) FROM "control_order"
  `);
}

export async function acknowledgeControl(
  tx: Queryable,
  campaign: string,
  state: Control["state"],
): Promise<void> {
  await tx.execute(
    sql`UPDATE "campaign" SET "control_acknowledged" = ${state} WHERE "id" = ${campaign}`,
  );
}
