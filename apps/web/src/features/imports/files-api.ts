import { mediaType } from "../../http/body.ts";
import { digestedBody } from "../../http/body-digest.ts";
import { InvalidInputError, RequestError } from "../../http/faults.ts";
import type { Import } from "./imports.ts";
import { plainName, type SentFile, sentFile } from "./multipart.ts";

/** The file of a call: its body, or the file in its form. */
export async function fileOf(request: Request): Promise<SentFile> {
  const type = mediaType(request);
  const body = digestedBody(request);
  if (body === null) throw new InvalidInputError({ file: "Send a CSV as the body." });
  if (type === "multipart/form-data") {
    const { file } = await sentFile(request.headers.get("content-type") ?? "", body);
    if (file === undefined) throw new InvalidInputError({ file: "There is no file in the form." });
    return { ...file, fileName: plainName(file.fileName) };
  }
  if (!CSV_TYPES.has(type))
    throw new RequestError(415, "Send the file as text/csv, or in a form as multipart/form-data.");
  return { fileName: "", bytes: body as unknown as AsyncIterable<Uint8Array> };
}

const CSV_TYPES = new Set([
  "text/csv",
  "application/csv",
  "text/plain",
  "text/tab-separated-values",
]);

/** What a call is told whose file was refused. */
export function refusal({ message, tooLarge }: { message: string; tooLarge?: true }): Error {
  return tooLarge === true
    ? new RequestError(413, message)
    : new InvalidInputError({ file: message });
}

/** An import as the API shows it. */
export function importView(row: Import) {
  const { id, kind, state, file_name, segment_id, on_duplicate, error } = row;
  const { rows, inserted, updated, skipped, rejected } = row;
  return {
    id,
    kind,
    state,
    file_name,
    segment_id,
    on_duplicate,
    rows,
    inserted,
    updated,
    skipped,
    rejected,
    progress: row.bytes === 0 ? 0 : row.bytes_read / row.bytes,
    error,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}
