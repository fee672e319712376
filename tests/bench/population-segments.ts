import type { Sql } from "postgres";
import type { SegmentRule } from "@mailwright/web/db/schema/segments.ts";

export interface Segments {
  /** Static ones: of everybody, of half of them, of a thousand. */
  everybody: string;
  half: string;
  small: string;
  /** Dynamic ones: of some two fifths, and of next to nobody. */
  domain: string;
  rare: string;
}

/** Segments of a handful, such as fairs and courses leave behind. */
const HANDFULS = 300;

/** Rules of several kinds, by the name of their segment. */
export const RULES: Record<string, SegmentRule> = {
  domain: { field: "domain", is: "equals", value: "mail.example.com" },
  rare: {
    all: [
      { field: "domain", is: "equals", value: "firm17.example.com" },
      { field: "attributes.orders", is: "greater_than", value: 38 },
    ],
  },
  Buyers: { field: "attributes.orders", is: "greater_than", value: 30 },
  "In Berlin": { field: "attributes.city", is: "equals", value: "Berlin" },
  Newcomers: { field: "created_at", is: "in_last_days", value: 30 },
  "Bought lately": { field: "attributes.last_order", is: "in_last_days", value: 60 },
  "Not in Berlin, on a plan": {
    all: [
      { field: "attributes.city", is: "not_equals", value: "Berlin" },
      {
        any: [
          { field: "attributes.plan", is: "equals", value: "plan 3" },
          { field: "last_name", is: "begins_with", value: "M" },
        ],
      },
    ],
  },
};

/** Segments of contacts that are there: a few large ones, many small ones, and some by a rule. */
export async function addSegments(sql: Sql): Promise<Segments> {
  const add = async (name: string, rule: SegmentRule | null = null) => {
    const [row] =
      await sql`INSERT INTO segment (name, rule) VALUES (${name}, ${rule && sql.json(rule)}) RETURNING id`;
    return row?.["id"] as string;
  };
  const everybody = await add("Everybody");
  const half = await add("Every second one");
  const small = await add("A thousand");
  const dynamic: Record<string, string> = {};
  for (const [name, rule] of Object.entries(RULES)) dynamic[name] = await add(name, rule);
  await sql`INSERT INTO segment_contact (segment_id, contact_id) SELECT ${everybody}, id FROM contact ORDER BY id`;
  await sql`INSERT INTO segment_contact (segment_id, contact_id)
    SELECT ${half}, id FROM contact WHERE random() < 0.5 ORDER BY id`;
  await sql`INSERT INTO segment_contact (segment_id, contact_id)
    SELECT ${small}, id FROM (SELECT id FROM contact ORDER BY md5(id::text) LIMIT 1000) AS chosen ORDER BY id`;
  await sql`INSERT INTO segment (name) SELECT 'Fair ' || n FROM generate_series(1, ${HANDFULS}) AS n`;
  await sql`
    INSERT INTO segment_contact (segment_id, contact_id)
    SELECT fair.id, visitor.id FROM (SELECT id, row_number() OVER () AS n FROM segment WHERE name LIKE 'Fair %') AS fair,
      LATERAL (SELECT id FROM contact WHERE id >= first_uuid_at(now() - '1 day'::interval * fair.n) ORDER BY id LIMIT 12) AS visitor`;
  return { everybody, half, small, domain: dynamic["domain"] ?? "", rare: dynamic["rare"] ?? "" };
}

/** One in a thousand contacts has opted out of a segment, and one of them in particular. */
export async function leaveSome(sql: Sql, segment: string, contact: string): Promise<void> {
  await sql`
    INSERT INTO segment_opt_out (segment_id, contact_id, email_id)
    SELECT ${segment}, id, uuidv7() FROM contact WHERE id = ${contact} OR random() < 0.001`;
}
