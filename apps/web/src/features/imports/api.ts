import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { mediaType } from "../../http/body.ts";
import {
  ConflictError,
  found,
  InvalidInputError,
  NotFoundError,
  RequestError,
} from "../../http/faults.ts";
import { apiPage, listAnswer, ListOf, ListQuery } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { csvFile } from "../contacts/csv.ts";
import { ImportQuery, ImportView } from "./forms.ts";
import {
  cancelImport,
  forgetUpload,
  type Import,
  listImports,
  readImport,
  startImport,
} from "./imports.ts";
import { sentFile } from "./multipart.ts";
import { exportRejects } from "./rejects.ts";
import { receiveFile } from "./upload.ts";

const TAGS = { tags: ["Imports"] };

export function importsApi(context: Context) {
  const { db, work } = context;
  const read = { permission: "contacts:read" } as const;
  const write = { permission: "contacts:write" } as const;

  return new Elysia({ name: "imports-api", prefix: "/api/v1/imports" })
    .use(api(context))
    .get("/", async ({ query }) => listAnswer(await listImports(db, apiPage(query)), viewOf), {
      ...read,
      query: ListQuery,
      response: { 200: ListOf(ImportView) },
      detail: { summary: "List imports, the newest first", ...TAGS },
    })
    .post(
      "/",
      async ({ request, query, actor, status }) => {
        const file = await fileOf(request);
        const received = await receiveFile(
          db,
          { fileName: file.fileName, createdBy: actor.name },
          file.bytes,
        );
        if (received.kind === "refused") throw refusal(received);
        const { id, layout, mapping } = received;
        const started = await startImport(db, id, {
          layout,
          mapping,
          onDuplicate: query.on_duplicate ?? "update",
          ...(query.segment_id !== undefined && { segment: { id: query.segment_id } }),
        });
        if (started.kind !== "started") {
          await forgetUpload(db, id);
          throw new InvalidInputError(
            started.kind === "refused" ? started.faults : { file: "Gone" },
          );
        }
        work.announce();
        return status(202, viewOf(found(await readImport(db, id))));
      },
      {
        ...write,
        query: ImportQuery,
        response: { 202: ImportView },
        detail: {
          summary: "Import contacts from a CSV",
          description:
            "Send text/csv, or multipart/form-data with one file. Columns are known by their headings: email, name, first_name, last_name and usual other words for them; every other column becomes an attribute. Blank cells say nothing. It runs in the background.",
          ...TAGS,
        },
      },
    )
    .get("/:id", async ({ params }) => viewOf(found(await readImport(db, params.id))), {
      ...read,
      params: ById,
      response: { 200: ImportView },
      detail: { summary: "Read how far an import is", ...TAGS },
    })
    .delete(
      "/:id",
      async ({ params, status }) => {
        if (await cancelImport(db, params.id)) return status(204, undefined);
        throw (await readImport(db, params.id)) === undefined
          ? new NotFoundError()
          : new ConflictError("The import has ended already.");
      },
      {
        ...write,
        params: ById,
        response: { 204: Type.Undefined({ description: "Cancelled" }) },
        detail: {
          summary: "Cancel an import",
          description: "What it has written stays.",
          ...TAGS,
        },
      },
    )
    .get(
      "/:id/rejects",
      async ({ params }) => {
        const source = found(await readImport(db, params.id));
        return csvFile(`rejected-${source.id}.csv`, exportRejects(db, source), { mark: false });
      },
      {
        ...read,
        params: ById,
        detail: {
          summary: "Read the rows that were not taken, as a CSV",
          description: "With the line of the file, the reason, and the cells as they stood.",
          responses: { 200: { description: "A CSV", content: { "text/csv": {} } } },
          ...TAGS,
        },
      },
    );
}

/** The file of a call: its body, or the file in its form. */
async function fileOf(request: Request) {
  const type = mediaType(request);
  const { body } = request;
  if (body === null) throw new InvalidInputError({ file: "Send a CSV as the body." });
  if (type === "multipart/form-data") {
    const file = await sentFile(request.headers.get("content-type") ?? "", body);
    if (file === undefined) throw new InvalidInputError({ file: "There is no file in the form." });
    return file;
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

function refusal({ message, tooLarge }: { message: string; tooLarge?: true }): Error {
  return tooLarge === true
    ? new RequestError(413, message)
    : new InvalidInputError({ file: message });
}

function viewOf(row: Import) {
  const { id, state, file_name, segment_id, on_duplicate, error } = row;
  const { rows, inserted, updated, skipped, rejected } = row;
  return {
    id,
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
