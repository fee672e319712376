import { type SQL, sql } from "drizzle-orm";
import type { Content } from "@mailwright/protocol";
import type { CampaignState } from "../../campaign-words.ts";
import type { Queryable } from "../../db/open.ts";
import type { SegmentRule } from "../../db/schema/segments.ts";
import { HAS_OPT_OUTS } from "../segments/audience.ts";
import { REVISION } from "./revision-queries.ts";

/** A campaign with all that a launch freezes. */
export interface LaunchDraft extends Record<string, unknown> {
  id: string;
  name: string;
  state: CampaignState;
  /** Changes with every change of the draft, and of what a launch takes from elsewhere. */
  revision: string;
  gateway_id: string | null;
  when_uncertain: "hold" | "resend";
  template: {
    version: number;
    kind: "html" | "markdown" | "text";
    subject: string;
    body: string;
  } | null;
  segments: { id: string; name: string; rule: SegmentRule | null; has_opt_outs: boolean }[];
}

export async function launchDraft(db: Queryable, id: string): Promise<LaunchDraft | undefined> {
  const rows = await db.execute<LaunchDraft>(sql`
    SELECT "campaign"."id", "campaign"."name", "campaign"."state", ${REVISION} AS "revision", "campaign"."gateway_id", "campaign"."when_uncertain",
      (SELECT json_build_object('version', "version"."version", 'kind', "version"."kind", 'subject', "version"."subject", 'body', "version"."body")
        FROM "template" JOIN "template_version" AS "version"
          ON "version"."template_id" = "template"."id" AND "version"."version" = "template"."version"
        WHERE "template"."id" = "campaign"."template_id") AS "template",
      coalesce((SELECT json_agg(json_build_object('id', "segment"."id", 'name', "segment"."name", 'rule', "segment"."rule", 'has_opt_outs', ${HAS_OPT_OUTS}) ORDER BY "segment"."name")
        FROM "campaign_segment" JOIN "segment" ON "segment"."id" = "segment_id"
        WHERE "campaign_id" = "campaign"."id"), '[]') AS "segments"
    FROM "campaign" WHERE "campaign"."id" = ${id}
  `);
  return rows[0];
}

/** Whether anybody satisfies the condition, and whether anybody of them may be mailed. */
export async function audienceExists(
  db: Queryable,
  audience: SQL,
): Promise<{ anybody: boolean; mailable: boolean }> {
  const rows = await db.execute<{ anybody: boolean; mailable: boolean }>(sql`
    SELECT EXISTS (SELECT FROM "contact" WHERE ${audience}) AS "anybody",
      EXISTS (
        SELECT FROM "contact" WHERE ${audience} AND NOT EXISTS (
          SELECT FROM "suppression" WHERE "suppression"."canonical_email" = "contact"."canonical_email"
        )
      ) AS "mailable"
  `);
  return rows[0] ?? { anybody: false, mailable: false };
}

export async function keepContent(db: Queryable, hash: string, content: Content): Promise<void> {
  await db.execute(sql`
    INSERT INTO "content" ("hash", "body") VALUES (${hash}, ${JSON.stringify(content)}::jsonb) ON CONFLICT DO NOTHING
  `);
}

/**
 * Turns a draft into a launching campaign; false when it is no draft any more, or another, whoever was first. The rules of its
 * segments decide about the audience until that is frozen, so whoever is changing one is waited for, and whoever comes later finds
 * the campaign launching (`segments.ts`). It is locked before them, as whoever deletes one does; segments that list their members
 * are left alone, for an import would be waited for.
 */
export async function markLaunching(
  db: Queryable,
  id: string,
  revision: string,
  frozen: { hash: string; version: number; gateway: string; segments: string[] },
): Promise<boolean> {
  await db.execute(sql`SELECT FROM "campaign" WHERE "id" = ${id} FOR UPDATE`);
  await db.execute(sql`
    SELECT FROM "segment" WHERE "rule" IS NOT NULL
      AND "id" IN (SELECT "segment_id" FROM "campaign_segment" WHERE "campaign_id" = ${id})
    ORDER BY "id" FOR SHARE
  `);
  // A statement of its own: it sees what was committed by those who were waited for.
  const rows = await db.execute(sql`
    UPDATE "campaign" SET "state" = 'launching', "state_reason" = NULL, "content_hash" = ${frozen.hash},
      "template_version" = ${frozen.version}, "gateway_by_default" = "gateway_id" IS NULL, "gateway_id" = ${frozen.gateway},
      "segment_names" = ${sql.param(frozen.segments)}::text[], "launched_at" = now(), "updated_at" = now()
    WHERE "id" = ${id} AND "state" = 'draft' AND ${REVISION} = ${revision} RETURNING "id"
  `);
  return rows.length > 0;
}
