import type { Queryable } from "../../db/open.ts";
import { addressColumns, guessMapping, type Layout, MOST_COLUMNS, readLayout } from "./columns.ts";
import { LONGEST } from "./record-reader.ts";
import { guessSuppressionMapping } from "./suppression-rows.ts";
import { Transcoder } from "./transcoder.ts";
import {
  deleteUpload,
  finishUpload,
  insertChunk,
  insertUpload,
  type UploadAbout,
} from "./upload-queries.ts";

/** The file is kept in pieces of exactly this size, all but the last; so a place in it says in which piece it is. */
export const CHUNK = 1_048_576;
/** Of the file as it is uploaded: some five million contacts. */
export const MOST_BYTES = 512 * 1_048_576;
/** So much of a file is looked at to tell its columns. */
const BEGINNING = 262_144;

/** With what to do about it. */
interface Refused {
  kind: "refused";
  message: string;
  tooLarge?: true;
}

export type Uploaded =
  { kind: "uploaded"; id: string; layout: Layout; mapping: (string | null)[] } | Refused;

/**
 * Takes in a CSV as it arrives, piece by piece, whatever its size: nothing of it is held in memory but the piece at hand.
 * A file of contacts waits then for somebody to say what its columns are; `mapping` is a guess. One of suppressions is carried
 * on at once: its columns are known by their headings, or it is refused.
 */
export async function receiveFile(
  db: Queryable,
  file: UploadAbout,
  source: AsyncIterable<Uint8Array>,
): Promise<Uploaded> {
  const id = await insertUpload(db, file);
  let outcome: Uploaded | undefined;
  try {
    outcome = await receive(db, id, file, source);
    return outcome;
  } finally {
    if (outcome?.kind !== "uploaded") await deleteUpload(db, id);
  }
}

async function receive(
  db: Queryable,
  id: string,
  { suppressing }: Pick<UploadAbout, "suppressing">,
  source: AsyncIterable<Uint8Array>,
): Promise<Uploaded> {
  const transcoder = new Transcoder();
  const store = new ChunkStore((position, bytes) => insertChunk(db, id, position, bytes));
  let size = 0;
  let head = Buffer.alloc(0);
  let refused: Uploaded | undefined;
  let looked: ReturnType<typeof columnsOf> | undefined;
  for await (const bytes of source) {
    // What is refused is read to its end all the same: a browser that is still sending does not listen for the answer.
    if (refused !== undefined) continue;
    size += bytes.byteLength;
    if (head.length < 8) head = Buffer.concat([head, bytes.subarray(0, 8)]);
    const message = foreignFormat(head);
    if (size > MOST_BYTES) refused = TOO_LARGE;
    else if (message !== undefined) refused = { kind: "refused", message };
    else await store.write(transcoder.push(bytes));
    // What is wrong with its columns shows in its beginning: the rest is not kept first.
    if (looked === undefined && store.beginning.length > BEGINNING) {
      looked = columnsOf(store, suppressing);
      if (looked.kind === "refused") refused = looked;
    }
  }
  if (refused !== undefined) return refused;
  await store.write(transcoder.end());
  await store.end();
  looked ??= columnsOf(store, suppressing);
  if (looked.kind === "refused") return looked;
  const { layout, mapping } = looked;
  await finishUpload(db, id, {
    encoding: transcoder.encoding,
    separator: layout.separator,
    has_header: layout.hasHeader,
    headings: layout.columns.map(({ heading }) => heading),
    mapping,
    state: suppressing ? "running" : "mapping",
  });
  return { kind: "uploaded", id, layout, mapping };
}

/** What the columns of a file are, by its beginning. */
function columnsOf(
  store: Pick<ChunkStore, "beginning" | "size">,
  suppressing: UploadAbout["suppressing"],
): Refused | { kind: "read"; layout: Layout; mapping: (string | null)[] } {
  const beginning = textOf(store.beginning.subarray(0, BEGINNING));
  const layout = readLayout(beginning, store.size <= BEGINNING);
  if (layout === undefined) return HAS_CELLS.test(beginning) ? NO_ROWS : EMPTY;
  if (layout.columns.length > MOST_COLUMNS) return TOO_MANY_COLUMNS;
  const mapping = suppressing ? guessSuppressionMapping(layout) : guessMapping(layout);
  if (suppressing && !mapping.includes("email"))
    return addressColumns(layout.columns, []).length > 1 ? SEVERAL_ADDRESSES : NO_ADDRESSES;
  return { kind: "read", layout, mapping };
}

/** Anything but separators and blanks. */
const HAS_CELLS = /[^\s,;|"]/;

/** Bytes as text, without a character that is cut off at the end. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes, { stream: true });
}

const TOO_LARGE: Refused = {
  kind: "refused",
  message: `The file is too large: at most ${MOST_BYTES / 1_048_576} MB are taken. Cut it in two.`,
  tooLarge: true,
};

const SEVERAL_ADDRESSES: Refused = {
  kind: "refused",
  message:
    "Several columns have addresses in them. Name the one that is meant “email” in the first row.",
};

const NO_ADDRESSES: Refused = {
  kind: "refused",
  message: "No column has addresses in it. Name it “email” in the first row.",
};

const EMPTY: Refused = { kind: "refused", message: "The file is empty." };

const NO_ROWS: Refused = {
  kind: "refused",
  message: `No row can be read at the beginning of the file: it is longer than ${LONGEST.toLocaleString("en-US")} characters, or a quotation mark in it is never closed. Look how the file was written, and delete columns that are not needed.`,
};

const TOO_MANY_COLUMNS: Refused = {
  kind: "refused",
  message: `The file has more than ${MOST_COLUMNS.toLocaleString("en-US")} columns. Delete those that are not needed, or look whether rows end where they should.`,
};

/** What a file is that begins so, if it is no text, and what to do with it. */
function foreignFormat(head: Buffer): string | undefined {
  const begins = (hex: string) => head.toString("hex").startsWith(hex);
  if (begins("504b0304") || begins("d0cf11e0"))
    return "This is a spreadsheet, not a CSV. Open it and save it as “CSV UTF-8”.";
  if (begins("1f8b") || begins("28b52ffd")) return "The file is compressed. Unpack it first.";
  if (begins("25504446")) return "This is a PDF. Export the contacts as a CSV instead.";
  return undefined;
}

/** Cuts a stream of bytes into pieces of one size and has each kept while the next one is being gathered. */
class ChunkStore {
  readonly #keep: (position: number, bytes: Uint8Array) => Promise<boolean>;
  #open = Buffer.allocUnsafe(CHUNK);
  #filled = 0;
  #position = 0;
  #keeping: Promise<unknown> = Promise.resolve();
  /** The first piece, as far as it has come. */
  beginning: Uint8Array = new Uint8Array();
  size = 0;

  constructor(keep: (position: number, bytes: Uint8Array) => Promise<boolean>) {
    this.#keep = keep;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.size += bytes.byteLength;
    for (let at = 0; at < bytes.byteLength;) {
      const part = bytes.subarray(at, at + CHUNK - this.#filled);
      this.#open.set(part, this.#filled);
      this.#filled += part.byteLength;
      at += part.byteLength;
      if (this.#filled === CHUNK) await this.#flush();
    }
  }

  async end(): Promise<void> {
    if (this.#filled > 0) await this.#flush();
    await this.#keeping;
  }

  async #flush(): Promise<void> {
    const piece = this.#open.subarray(0, this.#filled);
    if (this.#position === 0) this.beginning = piece;
    await this.#keeping;
    this.#keeping = this.#keepOne(this.#position, piece);
    // It is waited for with the next piece; that it failed before must not go unheard.
    this.#keeping.catch(() => {});
    this.#position += 1;
    this.#open = Buffer.allocUnsafe(CHUNK);
    this.#filled = 0;
  }

  async #keepOne(position: number, piece: Uint8Array): Promise<void> {
    const kept = await this.#keep(position, piece);
    if (!kept) throw new Error("an upload was cleared away while it arrived");
  }
}
