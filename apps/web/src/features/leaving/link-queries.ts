import type { Queryable } from "../../db/open.ts";
import { linkKey } from "../../db/schema/links.ts";

/** The secret that the links in emails are made with. */
export async function selectLinkSecret(db: Queryable): Promise<string> {
  const [row] = await db.select({ secret: linkKey.secret }).from(linkKey);
  if (row === undefined) throw new Error("the key of links, which a migration makes, is gone");
  return row.secret;
}
