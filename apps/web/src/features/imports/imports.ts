import type { Database, Queryable } from "../../db/open.ts";
import type { Paged, PageRequest } from "../../db/keyset.ts";
import { registerKeys } from "../contacts/contacts.ts";
import { createSegment, readSegment } from "../segments/segments.ts";
import {
  FIELDS,
  guessMapping,
  type Layout,
  type Mapping,
  mappingFaults,
  readLayout,
} from "./columns.ts";
import {
  deleteAbandoned,
  deleteOldRejects,
  endImport,
  type Import,
  markRunning,
  selectImport,
  selectImportPage,
} from "./queries.ts";
import { REJECTS_KEPT_DAYS } from "./standing.ts";
import { CHUNK, textOf } from "./upload.ts";
import { deleteUpload, selectChunk } from "./upload-queries.ts";

export type { Import, ImportState } from "./queries.ts";

export function readImport(db: Queryable, id: string): Promise<Import | undefined> {
  return selectImport(db, id);
}

/** One page of the imports, the newest first. */
export function listImports(db: Queryable, page: PageRequest): Promise<Paged<Import>> {
  return selectImportPage(db, page);
}

/** What the columns of an import's file are, with a guess what each fills; read anew, as somebody says it is to be read. */
export async function layoutOf(
  db: Queryable,
  { id, bytes, separator, has_header }: Import,
  given: { separator?: string | undefined; hasHeader?: boolean | undefined } = {},
): Promise<{ layout: Layout; mapping: (string | null)[] }> {
  const beginning = textOf((await selectChunk(db, id, 0)) ?? new Uint8Array());
  const layout = readLayout(beginning, bytes <= CHUNK, {
    separator: given.separator ?? separator,
    hasHeader: given.hasHeader ?? has_header,
  });
  if (layout === undefined)
    return { layout: { separator, hasHeader: false, columns: [] }, mapping: [] };
  return { layout, mapping: guessMapping(layout) };
}

/** What is to be done with a file. */
export interface ImportOrder {
  layout: Layout;
  mapping: Mapping;
  onDuplicate: "update" | "skip";
  /** A static segment that every contact of the file joins; one by its id, or a new one by its name. */
  segment?: { id: string } | { name: string } | undefined;
}

/** Messages by field: `columns.3`, `columns` for all of them together, `segment_id`, `segment_name`. */
export type OrderFaults = Record<string, string>;

export type Started =
  | { kind: "started" }
  | { kind: "missing" }
  /** It has been started before, or ended. */
  | { kind: "not waiting" }
  | { kind: "refused"; faults: OrderFaults };

/** Starts an import whose file is here. From here on it is carried on in the background; see `worker.ts`. */
export async function startImport(db: Database, id: string, order: ImportOrder): Promise<Started> {
  const waiting = await selectImport(db, id);
  if (waiting === undefined) return { kind: "missing" };
  if (waiting.state !== "mapping") return { kind: "not waiting" };
  const faults = columnFaults(order.mapping);
  const segment = await segmentFor(db, order.segment, Object.keys(faults).length > 0);
  if ("faults" in segment) return { kind: "refused", faults: { ...faults, ...segment.faults } };
  if (Object.keys(faults).length > 0) return { kind: "refused", faults };
  await registerKeys(db, keysOf(order.mapping));
  const started = await markRunning(db, id, {
    separator: order.layout.separator,
    has_header: order.layout.hasHeader,
    headings: order.layout.columns.map(({ heading }) => heading),
    mapping: [...order.mapping],
    on_duplicate: order.onDuplicate,
    segment_id: segment.id,
  });
  return started ? { kind: "started" } : { kind: "not waiting" };
}

/** Stops an import for good. What it has written stays; false when it had ended before. */
export async function cancelImport(db: Database, id: string): Promise<boolean> {
  return db.transaction((tx) => endImport(tx, id, { state: "cancelled" }));
}

/** Forgets a file that somebody has sent and will not go on with. */
export function forgetUpload(db: Queryable, id: string): Promise<void> {
  return deleteUpload(db, id);
}

/** How long a file waits for somebody to say what its columns are. */
const IDLE_MS = 7 * 86_400_000;

/** Clears away uploads that broke off and files that nobody went on with; answers how many. */
export function forgetAbandonedImports(db: Queryable): Promise<number> {
  return deleteAbandoned(db, IDLE_MS);
}

/** So many of them are deleted in one statement. */
const REJECTS_AT_ONCE = 10_000;

/** Clears away rows that were not taken once they have been kept for long enough: they are people's addresses. */
export async function forgetOldRejects(db: Queryable): Promise<void> {
  const keptMs = REJECTS_KEPT_DAYS * 86_400_000;
  while ((await deleteOldRejects(db, keptMs, REJECTS_AT_ONCE)) === REJECTS_AT_ONCE);
}

function columnFaults(mapping: Mapping): OrderFaults {
  return Object.fromEntries(
    [...mappingFaults(mapping)].map(([index, message]) => [
      index === -1 ? "columns" : `columns.${index}`,
      message,
    ]),
  );
}

function keysOf(mapping: Mapping): string[] {
  const fields: readonly string[] = FIELDS;
  return mapping.filter((target) => target !== null && !fields.includes(target)) as string[];
}

/** The id of the segment to join; a new one is made only when nothing else stands against the start. */
async function segmentFor(
  db: Database,
  segment: ImportOrder["segment"],
  isRefused: boolean,
): Promise<{ id: string | null } | { faults: OrderFaults }> {
  if (segment === undefined) return { id: null };
  if ("id" in segment) {
    const found = await readSegment(db, segment.id);
    if (found === undefined)
      return { faults: { segment_id: "This segment is gone: choose another." } };
    if (found.rule !== null)
      return { faults: { segment_id: "A rule decides who is in this segment: choose another." } };
    return { id: found.id };
  }
  if (isRefused) return { id: null };
  const created = await createSegment(db, { name: segment.name });
  return created.kind === "created"
    ? { id: created.segment.id }
    : { faults: { segment_name: created.faults["name"] ?? "Choose another name." } };
}
