import type { Sql } from "postgres";
import { encodeCursor } from "@mailwright/web/db/keyset.ts";
import type { Population } from "./population.ts";

/** Cursors into a list as it is sorted: to its middle, and to its last page. */
export interface Cursors {
  middle: string;
  last: string;
}

/** A list: the rows that it is made of, and by what they are sorted, in SQL. Without a key by id, the newest first. */
interface List {
  from: string;
  id?: string;
  key?: string;
  descending?: boolean;
}

const CHANGED = `to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const SINCE = `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The lists that are looked into deeper than their first page. `key` is as the list's own cursor has it. */
function listsOf({ segments, campaigns, templates }: Population) {
  return {
    contacts: { from: "contact", descending: true },
    contactsByAddress: { from: "contact", key: "canonical_email" },
    contactsByName: { from: "contact", key: "shown_name" },
    everybody: {
      from: `segment_contact WHERE segment_id = '${segments.everybody}'`,
      id: "contact_id",
      descending: true,
    },
    half: {
      from: `segment_contact WHERE segment_id = '${segments.half}'`,
      id: "contact_id",
      descending: true,
    },
    halfByName: {
      from: `segment_contact JOIN contact ON contact.id = contact_id WHERE segment_id = '${segments.half}'`,
      id: "contact.id",
      key: "shown_name",
    },
    byRule: {
      from: "contact WHERE split_part(canonical_email, '@', 2) = 'mail.example.com'",
      descending: true,
    },
    named: { from: "contact WHERE shown_name LIKE 'emma%'", descending: true },
    emails: { from: `email WHERE campaign_id = '${campaigns.large}'` },
    sent: { from: `email WHERE campaign_id = '${campaigns.large}' AND state = 'sent'` },
    failed: { from: `email WHERE campaign_id = '${campaigns.large}' AND state = 'failed'` },
    suppressions: { from: "suppression", key: SINCE, descending: true },
    campaigns: { from: "campaign", descending: true },
    campaignsByName: { from: "campaign", key: `lower(name) COLLATE "C"` },
    campaignsUsing: {
      from: `campaign WHERE template_id = '${templates.one}'`,
      descending: true,
    },
    segments: { from: "segment", key: `lower(name) COLLATE "C"` },
    segmentsByAge: { from: "segment", descending: true },
    templates: { from: "template", key: CHANGED, descending: true },
    templatesByAge: { from: "template", descending: true },
    versions: {
      from: `template_version WHERE template_id = '${templates.one}'`,
      key: "version",
      descending: true,
    },
  } satisfies Record<string, List>;
}

export type ListCursors = Record<keyof ReturnType<typeof listsOf>, Cursors>;

export async function readCursors(sql: Sql, population: Population): Promise<ListCursors> {
  const found: Record<string, Cursors> = {};
  for (const [name, list] of Object.entries(listsOf(population)))
    found[name] = await cursorsInto(sql, list);
  return found as ListCursors;
}

async function cursorsInto(
  sql: Sql,
  { from, id = "id", key = "", descending = false }: List,
): Promise<Cursors> {
  const place = async (order: string, offset: string) => {
    const [row] = await sql.unsafe<{ key: string; id: string }[]>(`
      SELECT ${key === "" ? "''" : `(${key})::text`} AS key, ${id} AS id FROM ${from}
      ORDER BY ${[...(key === "" ? [] : [key]), id].map((by) => `${by} ${order}`).join(", ")}
      OFFSET ${offset} LIMIT 1`);
    if (row === undefined) throw new Error(`there is too little in ${from} to be looked through`);
    return encodeCursor(row);
  };
  const [forwards, backwards] = descending ? ["DESC", "ASC"] : ["ASC", "DESC"];
  return {
    middle: await place(forwards as string, `(SELECT count(*) / 2 FROM ${from})`),
    // What comes after the one before the last few is the last page.
    last: await place(backwards as string, `(SELECT least(20, count(*) / 2) FROM ${from})`),
  };
}
