import { isBlank } from "./columns.ts";
import { RecordReader } from "./record-reader.ts";
import { faultReason, type RowKind, widthFault } from "./rows.ts";
import { CHUNK } from "./upload.ts";

/** Rows of the file that are written in one transaction, together with how far it is. */
export interface Batch<R> {
  /** Where in the file it begins and ends, in bytes, and the number of the line after it. */
  from: number;
  to: number;
  nextLine: number;
  /** Each address once. */
  rows: R[];
  /** The line that each of them begins on, the first of those of one address. */
  lines: number[];
  /** Rows whose address an earlier row of the batch had. */
  repeated: number;
  /** By canonical address, of those that several rows have: each of these rows as it was read. */
  repeats: ReadonlyMap<string, readonly LineOf<R>[]>;
  rejects: Reject[];
  isLast: boolean;
}

/** A row and the line that it begins on. */
interface LineOf<R> {
  row: R;
  line: number;
}

export interface Reject {
  line: number;
  reason: string;
  cells: string[];
}

export interface FileSource {
  separator: string;
  hasHeader: boolean;
  /** How many columns it has. */
  width: number;
  size: number;
  /** A piece of the file, by its position; undefined past the end. */
  readChunk(position: number): Promise<Uint8Array | undefined>;
}

/** Text that is split at once: the pages of this web wait no longer than that takes, some 5 ms. */
const SLICE = 65_536;
/** So many quotes that are never closed say that the whole file is not what it should be; each costs a long look. */
const MOST_UNCLOSED = 1_000;

/** What keeps a whole file from being read, for the person who uploaded it. */
export class UnreadableFileError extends Error {
  override readonly name = "UnreadableFileError";
}

/** Reads a file batch by batch from any place where a batch has ended. */
export class FileReader<R extends { canonical: string }> {
  readonly #source: FileSource;
  readonly #kind: RowKind<R>;
  readonly #records: RecordReader;
  #headerDue: boolean;
  /** Where the next bytes to be split begin. */
  #at: number;
  readonly #chunks: ChunkWindow;
  #unclosed = 0;
  #isDone = false;

  constructor(source: FileSource, kind: RowKind<R>, place: { bytes: number; lines: number }) {
    this.#source = source;
    this.#kind = kind;
    this.#records = new RecordReader(source.separator, place.lines + 1);
    this.#headerDue = source.hasHeader && place.bytes === 0;
    this.#at = place.bytes;
    this.#chunks = new ChunkWindow(source);
  }

  /** The next batch; undefined after the last. */
  async next(): Promise<Batch<R> | undefined> {
    if (this.#isDone) return undefined;
    const from = this.#place();
    const gathered = new Gathering(this.#kind);
    // Whoever went on within a row that is passed over would take its end for a row of its own.
    while (gathered.size < this.#kind.batch || this.#records.isWithinRow) {
      const cells = this.#records.next();
      if (cells !== undefined) this.#read(cells, gathered);
      else if (!(await this.#more())) {
        this.#isDone = true;
        break;
      }
    }
    return {
      from,
      to: this.#place(),
      nextLine: this.#records.nextLine,
      ...gathered.result(),
      isLast: this.#isDone,
    };
  }

  #read(cells: string[], gathered: Gathering<R>): void {
    const { fault, line } = this.#records;
    if (fault === undefined && isBlank(cells)) return;
    if (this.#headerDue) {
      this.#headerDue = false;
      if (fault === undefined) return;
    }
    if (fault === "unclosed" && ++this.#unclosed > MOST_UNCLOSED)
      throw new UnreadableFileError(
        `More than ${MOST_UNCLOSED} rows have a quotation mark that is never closed. Look how the file was written.`,
      );
    const reason = fault === undefined ? widthFault(cells, this.#source.width) : faultReason(fault);
    const row = reason === undefined ? this.#kind.read(cells) : { refused: reason };
    if ("refused" in row) gathered.reject({ line, reason: row.refused, cells });
    else gathered.add(row, { line, cells });
  }

  /** Pushes more of the file to be split; false when there is no more. */
  async #more(): Promise<boolean> {
    const { size } = this.#source;
    if (this.#at >= size) return false;
    const position = Math.floor(this.#at / CHUNK);
    const offset = this.#at % CHUNK;
    const chunk = await this.#chunks.get(position);
    const isEnd = offset + SLICE >= chunk.length;
    const end = isEnd ? chunk.length : wholeCharacters(chunk, offset + SLICE);
    // A character may lie across two pieces of the file: its end is taken with its beginning.
    const isLast = this.#at - offset + chunk.length >= size;
    const beyond = isEnd && !isLast ? await this.#chunks.get(position + 1) : NOTHING;
    const bytes = Buffer.concat([
      chunk.subarray(offset, end),
      beyond.subarray(0, followers(beyond)),
    ]);
    this.#at += bytes.length;
    this.#records.push(bytes.toString(), this.#at >= size);
    await new Promise((resolve) => setImmediate(resolve));
    return true;
  }

  /** Where in the file the next record begins. */
  #place(): number {
    return this.#at - Buffer.byteLength(this.#records.rest);
  }
}

/** The pieces of the file around the one being split: while it is, the next one is on its way. */
class ChunkWindow {
  readonly #source: Pick<FileSource, "size" | "readChunk">;
  readonly #held = new Map<number, Promise<Uint8Array | undefined>>();

  constructor(source: Pick<FileSource, "size" | "readChunk">) {
    this.#source = source;
  }

  async get(position: number): Promise<Uint8Array> {
    for (const held of this.#held.keys()) if (held < position - 1) this.#held.delete(held);
    const chunk = this.#ask(position);
    if ((position + 1) * CHUNK < this.#source.size) this.#ask(position + 1);
    const bytes = await chunk;
    if (bytes === undefined)
      throw new UnreadableFileError("A part of the uploaded file is gone. Import it again.");
    return bytes;
  }

  #ask(position: number): Promise<Uint8Array | undefined> {
    const asked = this.#held.get(position) ?? this.#source.readChunk(position);
    this.#held.set(position, asked);
    // It fails when it is waited for, if it ever is.
    asked.catch(() => {});
    return asked;
  }
}

const NOTHING = new Uint8Array();

/** The nearest place at or before `end` where no character is cut in two. */
function wholeCharacters(bytes: Uint8Array, end: number): number {
  let at = end;
  while (((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at;
}

/** How many bytes at the beginning belong to a character that began before. */
function followers(bytes: Uint8Array): number {
  let count = 0;
  while (((bytes[count] ?? 0) & 0xc0) === 0x80) count += 1;
  return count;
}

/** What a batch is gathered into. */
class Gathering<R extends { canonical: string }> {
  readonly #kind: Pick<RowKind<R>, "merge">;
  readonly #rows = new Map<string, LineOf<R>>();
  readonly #repeats = new Map<string, LineOf<R>[]>();
  readonly #rejects: Reject[] = [];
  #repeated = 0;

  constructor(kind: Pick<RowKind<R>, "merge">) {
    this.#kind = kind;
  }

  get size(): number {
    return this.#rows.size + this.#rejects.length + this.#repeated;
  }

  add(row: R, { line, cells }: Pick<Reject, "line" | "cells">): void {
    const before = this.#rows.get(row.canonical);
    if (before === undefined) {
      this.#rows.set(row.canonical, { row, line });
      return;
    }
    const merged = this.#kind.merge(before.row, row);
    if ("refused" in merged) {
      this.reject({ line, reason: merged.refused, cells });
      return;
    }
    const each = this.#repeats.get(row.canonical) ?? [{ ...before }];
    each.push({ row, line });
    this.#repeats.set(row.canonical, each);
    before.row = merged;
    this.#repeated += 1;
  }

  reject(reject: Reject): void {
    this.#rejects.push(reject);
  }

  result(): Pick<Batch<R>, "rows" | "lines" | "repeated" | "repeats" | "rejects"> {
    const gathered = [...this.#rows.values()];
    return {
      rows: gathered.map(({ row }) => row),
      lines: gathered.map(({ line }) => line),
      repeated: this.#repeated,
      repeats: this.#repeats,
      rejects: this.#rejects,
    };
  }
}
