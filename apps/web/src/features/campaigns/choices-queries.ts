import { eq, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import { template } from "../../db/schema/templates.ts";

export interface TemplateChoice {
  id: string;
  name: string;
}

/** Templates by name, up to `most`, and the chosen one in any case. */
export async function templatesToChoose(
  db: Queryable,
  chosen: string | undefined,
  most: number,
): Promise<TemplateChoice[]> {
  const columns = { id: template.id, name: template.name };
  const byName = sql`lower(${template.name})`;
  const listed = await db.select(columns).from(template).orderBy(byName).limit(most);
  if (chosen === undefined || listed.some(({ id }) => id === chosen)) return listed;
  return [...(await db.select(columns).from(template).where(eq(template.id, chosen))), ...listed];
}
