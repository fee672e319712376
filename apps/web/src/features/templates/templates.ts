import { compileSource, type Problem } from "@mailwright/template";
import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Database, Queryable } from "../../db/open.ts";
import {
  campaignsNaming,
  countTemplates,
  deleteTemplateRow,
  insertTemplate,
  insertVersion,
  type ListedTemplate,
  type ListedVersion,
  lockTemplate,
  selectCampaignsUsing,
  selectTemplate,
  selectTemplatePage,
  selectVersion,
  selectVersionPage,
  type Source,
  type Template,
  type TemplateOrder,
  updateTemplate,
  type UsingCampaign,
  type VersionRow,
  versionsAfter,
} from "./queries.ts";

export type {
  ListedTemplate,
  ListedVersion,
  Source,
  Template,
  TemplateOrder,
  UsingCampaign,
  VersionRow,
} from "./queries.ts";

/** What is wrong with a template, a sentence a field; `problems` has all of it, with lines. */
export interface Refused {
  kind: "refused";
  problems: Problem[];
}

/** One page of the templates whose name or subject holds `search`, and how many such there are. */
export async function listTemplates(
  db: Queryable,
  search: string,
  order: TemplateOrder,
  page: PageRequest,
): Promise<{ templates: Paged<ListedTemplate>; total: number }> {
  const [templates, total] = await Promise.all([
    selectTemplatePage(db, search, order, page),
    countTemplates(db, search),
  ]);
  return { templates, total };
}

export function readTemplate(db: Queryable, id: string): Promise<Template | undefined> {
  return selectTemplate(db, id);
}

/** Makes a template with its first version. What cannot be compiled is refused: nobody could be sent it. */
export async function createTemplate(
  db: Database,
  { name, ...source }: Source & { name: string },
  actor: string,
): Promise<{ kind: "created"; id: string } | Refused> {
  const compiled = compileSource(source);
  if (!compiled.ok) return { kind: "refused", problems: compiled.problems };
  return { kind: "created", id: await insertWithVersion(db, { name, ...source }, actor) };
}

/** What was saved since an editor began: never nothing, for a change of the name is one too. */
export interface Meanwhile {
  /** The template as it is now. */
  template: Template;
  /** The version that was edited. */
  base: VersionRow | undefined;
  /** The versions since, the oldest first. */
  versions: VersionRow[];
}

export type Saved =
  | { kind: "saved"; version: number }
  | { kind: "unknown" }
  | ({ kind: "changed meanwhile" } & Meanwhile)
  | Refused;

/** What an editor had before them. */
export interface Seen {
  revision?: string;
  version?: number;
}

/** More than these nobody looks through. */
const MOST_MEANWHILE = 20;

/**
 * Saves a template; what is left out stays. A changed source makes the next version, another name alone does not. Should
 * the template be another than was `seen`, nothing is saved, and what was saved in between is answered.
 */
export async function saveTemplate(
  db: Database,
  id: string,
  { name, ...changes }: Partial<Source & { name: string }>,
  actor: string,
  seen: Seen = {},
): Promise<Saved> {
  return db.transaction(async (tx): Promise<Saved> => {
    await lockTemplate(tx, id);
    const now = await selectTemplate(tx, id);
    if (now === undefined) return { kind: "unknown" };
    if (isOutdated(now, seen)) {
      const edited = seen.version ?? now.version;
      return {
        kind: "changed meanwhile",
        template: now,
        base: await selectVersion(tx, id, edited),
        versions: await versionsAfter(tx, id, edited, MOST_MEANWHILE),
      };
    }
    const source = sourceOf({ ...now, ...changes });
    const compiled = compileSource(source);
    if (!compiled.ok) return { kind: "refused", problems: compiled.problems };
    const version = isSame(source, now) ? now.version : now.version + 1;
    if (version > now.version)
      await insertVersion(tx, { ...source, template_id: id, version, created_by: actor });
    await updateTemplate(tx, id, { version, ...(name !== undefined && { name: name.trim() }) });
    return { kind: "saved", version };
  });
}

/** Makes an older version the newest once more: as a version of its own, so that nothing in between is lost. */
export async function restoreVersion(
  db: Database,
  id: string,
  version: number,
  actor: string,
  seen: Seen = {},
): Promise<Saved> {
  const old = await selectVersion(db, id, version);
  return old === undefined ? { kind: "unknown" } : saveTemplate(db, id, sourceOf(old), actor, seen);
}

/** A template of its own with the newest version of another. */
export async function duplicateTemplate(
  db: Database,
  id: string,
  actor: string,
): Promise<string | undefined> {
  const original = await selectTemplate(db, id);
  if (original === undefined) return undefined;
  const copy = { ...sourceOf(original), name: nameOfCopy(original.name) };
  return insertWithVersion(db, copy, actor);
}

/** What a person should know before a template is deleted. */
export interface DeletionPreview {
  template: Template;
  /** The drafts that name it, and will have to name another. */
  drafts: { id: string; name: string }[];
  /** How many launched campaigns name it; they keep what they sent. */
  launched: number;
}

export async function deletionOf(db: Queryable, id: string): Promise<DeletionPreview | undefined> {
  const template = await selectTemplate(db, id);
  return template && { template, ...(await campaignsNaming(db, id)) };
}

/** Deletes a template with its versions. Drafts lose it; what was launched has a copy of its own. False for none. */
export function deleteTemplate(db: Queryable, id: string): Promise<boolean> {
  return deleteTemplateRow(db, id);
}

export function listVersions(
  db: Queryable,
  id: string,
  page: PageRequest,
): Promise<Paged<ListedVersion>> {
  return selectVersionPage(db, id, page);
}

export function readVersion(
  db: Queryable,
  id: string,
  version: number,
): Promise<VersionRow | undefined> {
  return selectVersion(db, id, version);
}

/** One page of the campaigns that name a template, the newest first. */
export function campaignsUsing(
  db: Queryable,
  id: string,
  page: PageRequest,
): Promise<Paged<UsingCampaign>> {
  return selectCampaignsUsing(db, id, page);
}

/** The source alone of whatever has one. */
export function sourceOf({ kind, subject, body }: Source): Source {
  return { kind, subject, body };
}

function insertWithVersion(
  db: Database,
  { name, ...source }: Source & { name: string },
  actor: string,
): Promise<string> {
  return db.transaction(async (tx) => {
    const id = await insertTemplate(tx, name.trim());
    await insertVersion(tx, { ...source, template_id: id, version: 1, created_by: actor });
    return id;
  });
}

function isOutdated(now: Template, { revision, version }: Seen): boolean {
  return (
    (revision !== undefined && revision !== now.revision) ||
    (version !== undefined && version !== now.version)
  );
}

function isSame(a: Source, b: Source): boolean {
  return a.kind === b.kind && a.subject === b.subject && a.body === b.body;
}

const MOST_OF_A_NAME = 200;

function nameOfCopy(name: string): string {
  const ending = " (copy)";
  return `${name.slice(0, MOST_OF_A_NAME - ending.length).toWellFormed()}${ending}`;
}
