import type { Sql } from "postgres";
import { BENCH_TEMPLATE } from "./template.ts";

export interface Templates {
  /** One that was saved a hundred times. */
  one: string;
}

const TEMPLATES = 500;
const VERSIONS = 100;

/** Many templates of one version, and one of many. */
export async function addTemplates(sql: Sql): Promise<Templates> {
  const { kind, subject, body } = BENCH_TEMPLATE;
  await sql`
    WITH added AS (
      INSERT INTO template (name) SELECT 'Letter ' || n FROM generate_series(1, ${TEMPLATES}) AS n RETURNING id
    )
    INSERT INTO template_version (template_id, version, kind, subject, body, created_by)
    SELECT id, 1, ${kind}, ${subject}, ${body}, 'Bench' FROM added`;
  const [one] =
    await sql`INSERT INTO template (name, version) VALUES ('News', ${VERSIONS}) RETURNING id`;
  const id = one?.["id"] as string;
  await sql`
    INSERT INTO template_version (template_id, version, kind, subject, body, created_by)
    SELECT ${id}, n, ${kind}, ${subject} || ', ' || n, ${body}, 'Bench' FROM generate_series(1, ${VERSIONS}) AS n`;
  return { one: id };
}
