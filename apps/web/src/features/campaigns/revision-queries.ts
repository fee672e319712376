import { type SQL, sql } from "drizzle-orm";

/**
 * What says which "campaign" somebody had before them: another with every change of its row and, of a draft, with every change of
 * what a launch takes from elsewhere; `revision.ts` takes it apart. It is made of what is stored there, not of when: whoever saves
 * the same again, and members of a static segment who come and go, change nothing of it. The newest version of a template is
 * told by its number, for none is ever changed.
 */
export const REVISION = sql<string>`("campaign"."updated_at"::text || CASE WHEN "campaign"."state" = 'draft' THEN concat('/',
  (SELECT "version" FROM "template" WHERE "template"."id" = "campaign"."template_id"), '/',
  (SELECT ${digest(sql`jsonb_agg(jsonb_build_array("segment"."id", "segment"."name", "segment"."rule") ORDER BY "segment"."id")`)}
    FROM "campaign_segment" JOIN "segment" ON "segment"."id" = "campaign_segment"."segment_id"
    WHERE "campaign_segment"."campaign_id" = "campaign"."id"), '/',
  (SELECT ${digest(sql`to_jsonb("setting") - 'id' - 'updated_at'`)} FROM "setting")) ELSE '' END)`;

/** The first 64 bits of SHA-256: two states that are met by chance in one place never have the same. */
function digest(json: SQL): SQL {
  return sql`left(encode(sha256(convert_to((${json})::text, 'UTF8')), 'hex'), 16)`;
}
