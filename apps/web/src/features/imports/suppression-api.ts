import { Value } from "@sinclair/typebox/value";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { mediaType } from "../../http/body.ts";
import { found, InvalidInputError } from "../../http/faults.ts";
import { faultsOf } from "../../http/messages.ts";
import type { EntryDefaults } from "../suppressions/entry.ts";
import { readList, suppressList } from "../suppressions/transfer.ts";
import { originOf } from "../suppressions/words.ts";
import { fileOf, importView, refusal } from "./files-api.ts";
import { ImportView, ListTakenView, SuppressionImportQuery, SuppressionListBody } from "./forms.ts";
import { readImport } from "./imports.ts";
import { receiveFile } from "./upload.ts";

/** Files of suppressions, by the API: a CSV of any size is imported in the background, a short list at once. */
export function suppressionImportsApi(context: Context) {
  const { db, work } = context;

  return new Elysia({ name: "suppression-imports-api", prefix: "/api/v1/suppressions" })
    .use(api(context))
    .post(
      "/import",
      async ({ request, body, query, actor, status }) => {
        const defaults = { reason: query.reason ?? "manual", origin: originOf(actor) };
        if (mediaType(request) === "application/json")
          return status(200, await takeList(body, defaults));
        const { fileName, bytes } = await fileOf(request);
        const about = { fileName, createdBy: defaults.origin, suppressing: defaults };
        const received = await receiveFile(db, about, bytes);
        if (received.kind === "refused") throw refusal(received);
        work.announce();
        return status(202, importView(found(await readImport(db, received.id))));
      },
      {
        permission: "contacts:write",
        query: SuppressionImportQuery,
        response: { 200: ListTakenView, 202: ImportView },
        detail: {
          summary: "Have many addresses never mailed again",
          description:
            "Send text/csv, or multipart/form-data with one file: it is imported in the background (202), and GET /api/v1/imports/{id} says how far it is and which rows were not taken. The first row names the columns: email, and where there are such, reason, origin and since, as an export has them; a file of nothing but addresses does too. Who is suppressed already keeps the earlier time, and the reason unless the new one weighs more. A list of at most a million characters may come as JSON instead: all of it is taken at once or nothing (200).",
          requestBody: {
            required: true,
            content: {
              "text/csv": {},
              "multipart/form-data": {},
              "application/json": { schema: SuppressionListBody as object },
            },
          },
          tags: ["Suppressions"],
        },
      },
    );

  async function takeList(body: unknown, defaults: EntryDefaults) {
    if (!Value.Check(SuppressionListBody, body))
      throw new InvalidInputError(faultsOf(SuppressionListBody, body));
    const list = readList(body.csv, defaults);
    const [fault] = list.faults;
    if (fault !== undefined)
      throw new InvalidInputError({
        csv: `${fault.text.slice(0, 100)}: ${fault.message} Nothing was imported.`,
      });
    return suppressList(db, list);
  }
}
