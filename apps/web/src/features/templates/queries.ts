import { and, asc, desc, eq, getTableColumns, gt, type SQL, sql } from "drizzle-orm";
import type { TemplateKind } from "@mailwright/template";
import { keyset, type Paged, type PageRequest, toPage } from "../../db/keyset.ts";
import type { Queryable } from "../../db/open.ts";
import { campaign } from "../../db/schema/campaigns.ts";
import { template, templateVersion } from "../../db/schema/templates.ts";

/** What a marketer writes. */
export interface Source {
  kind: TemplateKind;
  subject: string;
  body: string;
}

/** A template as a list shows it: its name and what its newest version says of itself. */
export interface ListedTemplate {
  id: string;
  name: string;
  /** The number of the newest version. */
  version: number;
  kind: TemplateKind;
  subject: string;
  /** Who saved the newest version. */
  saved_by: string;
  created_at: Date;
  updated_at: Date;
}

/** A template with the source of its newest version. */
export interface Template extends ListedTemplate, Source {
  /** Changes with every change of the name or the source: what an editor sends back to say what they saw. */
  revision: string;
}

export type VersionRow = typeof templateVersion.$inferSelect;

const LISTED = {
  id: template.id,
  name: template.name,
  version: template.version,
  kind: templateVersion.kind,
  subject: templateVersion.subject,
  saved_by: templateVersion.created_by,
  created_at: template.created_at,
  updated_at: template.updated_at,
};

const NEWEST = and(
  eq(templateVersion.template_id, template.id),
  eq(templateVersion.version, template.version),
);

export async function selectTemplate(db: Queryable, id: string): Promise<Template | undefined> {
  const [row] = await db
    .select({
      ...LISTED,
      body: templateVersion.body,
      revision: sql<string>`${template.updated_at}::text`,
    })
    .from(template)
    .innerJoin(templateVersion, NEWEST)
    .where(eq(template.id, id));
  return row;
}

/** Locks a template against other changes until the transaction ends; false when there is none. */
export async function lockTemplate(tx: Queryable, id: string): Promise<boolean> {
  const rows = await tx
    .select({ id: template.id })
    .from(template)
    .where(eq(template.id, id))
    .for("no key update");
  return rows.length > 0;
}

export interface TemplateOrder {
  by: "name" | "newest" | "changed";
  direction: "ascending" | "descending";
}

/** In a time's text form are all its digits, so a cursor stands exactly where its row does. */
const KEYS: Readonly<Record<TemplateOrder["by"], { key: SQL; text: SQL<string> } | undefined>> = {
  name: {
    key: sql`(lower(${template.name}) COLLATE "C")`,
    text: sql`lower(${template.name})`,
  },
  newest: undefined,
  changed: {
    key: sql`${template.updated_at}`,
    text: sql`to_char(${template.updated_at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  },
};

/** One page of the templates whose name or subject holds `search`. There are thousands of them at most: all are read. */
export async function selectTemplatePage(
  db: Queryable,
  search: string,
  { by, direction }: TemplateOrder,
  page: PageRequest,
): Promise<Paged<ListedTemplate>> {
  const order = KEYS[by];
  const slice = keyset({ ...(order && { key: order.key }), id: template.id, direction }, page);
  const rows = await db
    .select({ ...LISTED, key: order?.text ?? sql<string>`''` })
    .from(template)
    .innerJoin(templateVersion, NEWEST)
    .where(and(holds(search), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  const { items, ...cursors } = toPage(rows, page, ({ key, id }) => ({ key, id }));
  return { items: items.map(({ key: _key, ...row }) => row), ...cursors };
}

export async function countTemplates(db: Queryable, search: string): Promise<number> {
  const [row] = await db
    .select({ templates: sql<number>`count(*)::integer` })
    .from(template)
    .innerJoin(templateVersion, NEWEST)
    .where(holds(search));
  return row?.templates ?? 0;
}

export async function insertTemplate(tx: Queryable, name: string): Promise<string> {
  const [row] = await tx.insert(template).values({ name }).returning({ id: template.id });
  if (row === undefined) throw new Error("a row that was inserted was not returned");
  return row.id;
}

export async function updateTemplate(
  tx: Queryable,
  id: string,
  changes: { name?: string; version?: number },
): Promise<void> {
  await tx
    .update(template)
    // Not the time of the transaction: two that follow each other closely would leave one revision.
    .set({ ...changes, updated_at: sql`clock_timestamp()` })
    .where(eq(template.id, id));
}

export async function deleteTemplateRow(db: Queryable, id: string): Promise<boolean> {
  const rows = await db.delete(template).where(eq(template.id, id)).returning({ id: template.id });
  return rows.length > 0;
}

export async function insertVersion(
  tx: Queryable,
  version: Source & { template_id: string; version: number; created_by: string },
): Promise<void> {
  await tx.insert(templateVersion).values(version);
}

export async function selectVersion(
  db: Queryable,
  id: string,
  version: number,
): Promise<VersionRow | undefined> {
  const [row] = await db
    .select()
    .from(templateVersion)
    .where(and(eq(templateVersion.template_id, id), eq(templateVersion.version, version)));
  return row;
}

/** The versions after one, the oldest first; at most so many. */
export function versionsAfter(
  db: Queryable,
  id: string,
  version: number,
  most: number,
): Promise<VersionRow[]> {
  return db
    .select()
    .from(templateVersion)
    .where(and(eq(templateVersion.template_id, id), gt(templateVersion.version, version)))
    .orderBy(asc(templateVersion.version))
    .limit(most);
}

/** A version without its body, which a list does not show. */
export type ListedVersion = Omit<VersionRow, "body">;

/** One page of a template's versions, the newest first: their ids grow as their numbers do. */
export async function selectVersionPage(
  db: Queryable,
  templateId: string,
  page: PageRequest,
): Promise<Paged<ListedVersion>> {
  const { body: _body, ...columns } = getTableColumns(templateVersion);
  const slice = keyset(
    { key: templateVersion.version, id: templateVersion.id, direction: "descending" },
    page,
  );
  const rows = await db
    .select(columns)
    .from(templateVersion)
    .where(and(eq(templateVersion.template_id, templateId), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  return toPage(rows, page, ({ version, id }) => ({ key: String(version), id }));
}

/** A campaign that names a template. */
export interface UsingCampaign {
  id: string;
  name: string;
  state: (typeof campaign.$inferSelect)["state"];
  /** The version that was frozen at launch; null for a draft. */
  template_version: number | null;
  launched_at: Date | null;
  created_at: Date;
}

const USING = {
  id: campaign.id,
  name: campaign.name,
  state: campaign.state,
  template_version: campaign.template_version,
  launched_at: campaign.launched_at,
  created_at: campaign.created_at,
};

/** One page of the campaigns that name a template, the newest first. */
export async function selectCampaignsUsing(
  db: Queryable,
  templateId: string,
  page: PageRequest,
): Promise<Paged<UsingCampaign>> {
  const slice = keyset({ id: campaign.id, direction: "descending" }, page);
  const rows = await db
    .select(USING)
    .from(campaign)
    .where(and(eq(campaign.template_id, templateId), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit);
  return toPage(rows, page, ({ id }) => ({ key: "", id }));
}

/** The drafts that name a template, and how many campaigns do that are none. */
export async function campaignsNaming(db: Queryable, templateId: string) {
  const drafts = await db
    .select({ id: campaign.id, name: campaign.name })
    .from(campaign)
    .where(and(eq(campaign.template_id, templateId), eq(campaign.state, "draft")))
    .orderBy(desc(campaign.id));
  const [others] = await db
    .select({ campaigns: sql<number>`count(*)::integer` })
    .from(campaign)
    .where(and(eq(campaign.template_id, templateId), sql`${campaign.state} <> 'draft'`));
  return { drafts, launched: others?.campaigns ?? 0 };
}

function holds(search: string): SQL | undefined {
  if (search === "") return undefined;
  const sought = sql`lower(${search}::text)`;
  return sql`(strpos(lower(${template.name}), ${sought}) > 0 OR strpos(lower(${templateVersion.subject}), ${sought}) > 0)`;
}
