import type { Context } from "../../context.ts";
import { codeOf } from "../../db/sqlstate.ts";
import { createBell } from "../../work.ts";
import { BatchWriter, type Written } from "./batch-writer.ts";
import { type Batch, FileReader, type FileSource, UnreadableFileError } from "./file-reader.ts";
import { endImport } from "./queries.ts";
import { contactRows, type RowKind } from "./rows.ts";
import { suppressionRows } from "./suppression-rows.ts";
import { SuppressionWriter } from "./suppression-writer.ts";
import { selectChunk } from "./upload-queries.ts";
import { claimImport, type ClaimedImport, releaseImport } from "./work-queries.ts";

export type ImportContext = Pick<Context, "db" | "clock" | "log" | "work">;

/** Imports that one web carries on at once: a short one need not wait for a long one. */
const AT_ONCE = 2;
/** How often the database is asked for work when nobody has said that there is some. */
const LOOK_EVERY_MS = 1_000;
/** After a failure (Postgres is down, say), before the next try. */
const AFTER_FAILURE_MS = 2_000;

/**
 * Carries imports on until `signal` aborts. Any number of webs may: an import that one of them leaves, another goes on
 * with where it was left, and no row is taken twice.
 */
export async function runImports(context: ImportContext, signal: AbortSignal): Promise<void> {
  await Promise.all(Array.from({ length: AT_ONCE }, () => workUntil(context, signal)));
}

async function workUntil(context: ImportContext, signal: AbortSignal): Promise<void> {
  const { db, clock, log, work } = context;
  const bell = createBell(clock, signal);
  using _heard = work.onAnnounced(() => bell.ring());
  while (!signal.aborted) {
    try {
      const claimed = await claimImport(db);
      if (claimed !== undefined) await carryOn(context, claimed, signal);
      else await bell.rungOr(LOOK_EVERY_MS);
    } catch (error) {
      log.error({ err: error }, "imports met a failure and go on later");
      await clock.sleep(AFTER_FAILURE_MS, signal).catch(() => undefined);
    }
  }
}

/** Carries one import on until it ends, somebody else has it, or this web stops. */
async function carryOn(
  { db, log }: ImportContext,
  claimed: ClaimedImport,
  signal: AbortSignal,
): Promise<void> {
  const { id } = claimed;
  try {
    const outcome = await importFile(db, claimed, signal);
    if (outcome === "stopped") await releaseImport(db, id);
    log.info({ import: id, outcome }, "an import was carried on");
  } catch (error) {
    if (error instanceof UnreadableFileError) {
      await endImport(db, id, { state: "failed", error: error.message });
      return;
    }
    // What passes by itself is tried again, here or elsewhere, as soon as the lease has run out.
    if (!isHopeless(error)) throw error;
    log.error({ import: id, err: error }, "an import was given up");
    await endImport(db, id, { state: "failed", error: UNFORESEEN });
  }
}

/** Whether the data or the code is at fault, and not the server: then trying again would go on for ever. */
function isHopeless(error: unknown): boolean {
  const code = codeOf(error);
  return code === "" || /^(0A|22|23|42|54)/.test(code);
}

const UNFORESEEN =
  "Something went wrong on our side, and it is in our log. What was imported before stays; import the file again to go on.";

type Outcome = "done" | "lost" | "stopped";

function importFile(
  db: ImportContext["db"],
  claimed: ClaimedImport,
  signal: AbortSignal,
): Promise<Outcome> {
  switch (claimed.kind) {
    case "contacts": {
      const kind = contactRows(claimed.mapping, claimed.on_duplicate);
      return writeAll(readerOf(db, claimed, kind), new BatchWriter(db, claimed), signal);
    }
    case "suppressions": {
      const { default_reason: reason, created_by: origin } = claimed;
      const kind = suppressionRows(claimed.mapping, { reason, origin });
      return writeAll(readerOf(db, claimed, kind), new SuppressionWriter(db, claimed), signal);
    }
  }
}

/** Reads an import's file from the place where it was left. */
export function readerOf<R extends { canonical: string }>(
  db: ImportContext["db"],
  claimed: ClaimedImport,
  kind: RowKind<R>,
): FileReader<R> {
  const source: FileSource = {
    separator: claimed.separator,
    hasHeader: claimed.has_header,
    width: claimed.mapping.length,
    size: claimed.bytes,
    readChunk: (position) => selectChunk(db, claimed.id, position),
  };
  return new FileReader(source, kind, { bytes: claimed.bytes_read, lines: claimed.lines_read });
}

interface Writer<R> {
  write(batch: Batch<R>, before: Promise<Written>): Promise<Written>;
}

async function writeAll<R extends { canonical: string }>(
  reader: FileReader<R>,
  writer: Writer<R>,
  signal: AbortSignal,
): Promise<Outcome> {
  let last: InFlight<R> | undefined;
  try {
    // Two batches are in the making at once, and a third one is read: each keeps another processor busy.
    for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
      if (signal.aborted) return (await settled(last)) === "lost" ? "lost" : "stopped";
      const before = last;
      // An address of the batch before may not be known yet: then there is nothing for it but to wait.
      if (before?.meets(batch) === true) await before.written;
      last = inFlight(batch, writer.write(batch, before?.written ?? ALREADY));
      if ((await settled(before)) === "lost") return "lost";
    }
    return (await settled(last)) === "lost" ? "lost" : "done";
  } finally {
    await last?.written.catch(() => {});
  }
}

/** A batch on its way into the database. */
interface InFlight<R> {
  written: Promise<Written>;
  /** Whether an address is in both. */
  meets(batch: Batch<R>): boolean;
}

const ALREADY: Promise<Written> = Promise.resolve("written");

function inFlight<R extends { canonical: string }>(
  { rows }: Batch<R>,
  written: Promise<Written>,
): InFlight<R> {
  const addresses = new Set(rows.map(({ canonical }) => canonical));
  // It is waited for later; that it failed before must not go unheard.
  written.catch(() => {});
  return {
    written,
    meets: (batch) => batch.rows.some(({ canonical }) => addresses.has(canonical)),
  };
}

function settled(batch: { written: Promise<Written> } | undefined): Promise<Written> {
  return batch?.written ?? ALREADY;
}
