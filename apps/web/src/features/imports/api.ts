import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { ConflictError, found, InvalidInputError, NotFoundError } from "../../http/faults.ts";
import { apiPage, listAnswer, ListOf, ListQuery } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { csvFile } from "../contacts/csv.ts";
import { ImportQuery, ImportView } from "./forms.ts";
import { cancelImport, forgetUpload, listImports, readImport, startImport } from "./imports.ts";
import { fileOf, importView, refusal } from "./files-api.ts";
import { exportRejects } from "./rejects.ts";
import { receiveFile } from "./upload.ts";

const TAGS = { tags: ["Imports"] };

export function importsApi(context: Context) {
  const { db, work } = context;
  const read = { permission: "contacts:read" } as const;
  const write = { permission: "contacts:write" } as const;

  return new Elysia({ name: "imports-api", prefix: "/api/v1/imports" })
    .use(api(context))
    .get("/", async ({ query }) => listAnswer(await listImports(db, apiPage(query)), importView), {
      ...read,
      query: ListQuery,
      response: { 200: ListOf(ImportView) },
      detail: { summary: "List imports, the newest first", ...TAGS },
    })
    .post(
      "/",
      async ({ request, query, actor, status }) => {
        const { fileName, bytes } = await fileOf(request);
        const received = await receiveFile(db, { fileName, createdBy: actor.name }, bytes);
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
        return status(202, importView(found(await readImport(db, id))));
      },
      {
        ...write,
        query: ImportQuery,
        response: { 202: ImportView },
        detail: {
          summary: "Import contacts from a CSV",
          description:
            "Send text/csv, or multipart/form-data with one file. Columns are known by their headings: email, name, first_name, last_name and usual other words for them; every other column becomes an attribute. Blank cells say nothing. It runs in the background.",
          requestBody: { required: true, content: { "text/csv": {}, "multipart/form-data": {} } },
          ...TAGS,
        },
      },
    )
    .get("/:id", async ({ params }) => importView(found(await readImport(db, params.id))), {
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
