import { sql } from "drizzle-orm";
import type { Content } from "@mailwright/protocol";
import type { ContactRecord } from "@mailwright/template";
import type { Queryable } from "../../db/open.ts";

/** The first contact of a launched campaign's audience that is still there. */
export async function firstRecipient(
  db: Queryable,
  campaign: string,
): Promise<ContactRecord | undefined> {
  const rows = await db.execute<ContactRecord & Record<string, unknown>>(sql`
    SELECT "contact"."id", "contact"."email", "contact"."name", "contact"."first_name", "contact"."last_name", "contact"."attributes"
    FROM "email" JOIN "contact" ON "contact"."id" = "email"."contact_id"
    WHERE "email"."campaign_id" = ${campaign} LIMIT 1
  `);
  return rows[0];
}

export async function frozenContent(db: Queryable, hash: string): Promise<Content | undefined> {
  const rows = await db.execute<{ body: Content }>(
    sql`SELECT "body" FROM "content" WHERE "hash" = ${hash}`,
  );
  return rows[0]?.body;
}
