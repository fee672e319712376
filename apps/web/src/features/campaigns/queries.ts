import { eq, getTableColumns, inArray, sql } from "drizzle-orm";
import { EMAIL_STATES, type EmailState } from "@mailwright/email_machine";
import type { CampaignState } from "../../campaign-words.ts";
import type { Queryable } from "../../db/open.ts";
import { campaign, campaignSegment } from "../../db/schema/campaigns.ts";
import { segment } from "../../db/schema/segments.ts";
import { template } from "../../db/schema/templates.ts";
import { REVISION } from "./revision-queries.ts";

/** How many emails of a campaign are in each state. */
export type Counts = Record<EmailState, number>;

/** A campaign as its pages and the API show it. */
export interface Campaign {
  id: string;
  name: string;
  state: CampaignState;
  state_reason: string | null;
  /** The template it names now; null when none was chosen or it was deleted. */
  template: { id: string; name: string } | null;
  /** The version that was frozen at launch. */
  template_version: number | null;
  content_hash: string | null;
  /** Null for the default gateway, until launch. */
  gateway_id: string | null;
  /** Whether nobody chose that one, and it was the default at launch. */
  gateway_by_default: boolean;
  when_uncertain: "hold" | "resend";
  /** The segments it names now, by name. */
  segments: { id: string; name: string }[];
  /** Their names at launch. */
  segment_names: string[];
  audience: number;
  counts: Counts;
  created_by: string;
  created_at: Date;
  updated_at: Date;
  /**
   * Changes with every change of the row and, of a draft, of what a launch would take from elsewhere: what an editor, or whoever
   * launches it, sends back to say what they saw.
   */
  revision: string;
  launched_at: Date | null;
  finished_at: Date | null;
}

export async function selectCampaign(db: Queryable, id: string): Promise<Campaign | undefined> {
  const [row] = await db.select(CAMPAIGN_COLUMNS).from(campaign).where(eq(campaign.id, id));
  return row && campaignOf(row);
}

/** Some campaigns by their ids, in no order; those that are gone are left out. */
export async function selectCampaigns(db: Queryable, ids: string[]): Promise<Campaign[]> {
  const rows = await db.select(CAMPAIGN_COLUMNS).from(campaign).where(inArray(campaign.id, ids));
  return rows.map(campaignOf);
}

/** What a marketer decides about a draft. */
export interface DraftRow {
  name: string;
  template_id: string | null;
  gateway_id: string | null;
  when_uncertain: "hold" | "resend";
}

export async function insertCampaign(
  tx: Queryable,
  draft: DraftRow,
  segments: string[],
  createdBy: string,
): Promise<string> {
  const [row] = await tx
    .insert(campaign)
    .values({ ...draft, created_by: createdBy })
    .returning({ id: campaign.id });
  if (row === undefined) throw new Error("a row that was inserted was not returned");
  await addSegments(tx, row.id, segments);
  return row.id;
}

/** The state and revision of a campaign, its row locked until the transaction ends. */
export async function lockCampaign(
  tx: Queryable,
  id: string,
): Promise<{ state: CampaignState; revision: string; audience: number } | undefined> {
  const [row] = await tx.execute<{ state: CampaignState; revision: string; audience: number }>(
    sql`SELECT "state", ${REVISION} AS "revision", "audience" FROM "campaign" WHERE "id" = ${id} FOR UPDATE`,
  );
  return row;
}

export async function updateDraft(
  tx: Queryable,
  id: string,
  changes: Partial<DraftRow>,
  segments: string[] | undefined,
): Promise<void> {
  await tx
    .update(campaign)
    // Two that follow each other closely would leave one revision by the time of their transactions.
    .set({ ...changes, state_reason: null, updated_at: sql`clock_timestamp()` })
    .where(eq(campaign.id, id));
  if (segments === undefined) return;
  await tx.delete(campaignSegment).where(eq(campaignSegment.campaign_id, id));
  await addSegments(tx, id, segments);
}

/** Which of the segments there are. */
export async function existingSegments(db: Queryable, ids: string[]): Promise<Set<string>> {
  const rows = await db.select({ id: segment.id }).from(segment).where(inArray(segment.id, ids));
  return new Set(rows.map(({ id }) => id));
}

export async function templateExists(db: Queryable, id: string): Promise<boolean> {
  const rows = await db.select({ id: template.id }).from(template).where(eq(template.id, id));
  return rows.length > 0;
}

async function addSegments(tx: Queryable, id: string, segments: string[]): Promise<void> {
  if (segments.length === 0) return;
  await tx
    .insert(campaignSegment)
    .values([...new Set(segments)].map((segment_id) => ({ campaign_id: id, segment_id })));
}

/** What a campaign is read by; see `campaignOf`. */
export const CAMPAIGN_COLUMNS = {
  ...getTableColumns(campaign),
  revision: REVISION,
  template_name: sql<string | null>`(
    SELECT "template"."name" FROM "template" WHERE "template"."id" = "campaign"."template_id")`,
  segments: sql<{ id: string; name: string }[]>`coalesce((
    SELECT json_agg(json_build_object('id', "segment"."id", 'name', "segment"."name") ORDER BY lower("segment"."name"))
    FROM "campaign_segment" JOIN "segment" ON "segment"."id" = "campaign_segment"."segment_id"
    WHERE "campaign_segment"."campaign_id" = "campaign"."id"), '[]'::json)`,
};

type Row = { [K in keyof typeof campaign.$inferSelect]: (typeof campaign.$inferSelect)[K] } & {
  revision: string;
  template_name: string | null;
  segments: { id: string; name: string }[];
};

export function campaignOf(row: Row): Campaign {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    state_reason: row.state_reason,
    template:
      row.template_id === null ? null : { id: row.template_id, name: row.template_name ?? "" },
    template_version: row.template_version,
    content_hash: row.content_hash,
    gateway_id: row.gateway_id,
    gateway_by_default: row.gateway_by_default,
    when_uncertain: row.when_uncertain,
    segments: row.segments,
    segment_names: row.segment_names,
    audience: row.audience,
    counts: countsOf(row),
    created_by: row.created_by,
    created_at: row.created_at,
    updated_at: row.updated_at,
    revision: row.revision,
    launched_at: row.launched_at,
    finished_at: row.finished_at,
  };
}

export function countsOf(row: Record<EmailState, number>): Counts {
  return Object.fromEntries(EMAIL_STATES.map((state) => [state, row[state]])) as Counts;
}
