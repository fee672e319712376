import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { found, InvalidInputError, NotFoundError } from "../../http/faults.ts";
import { apiPage, listAnswer, ListOf } from "../../http/paging.ts";
import { parseAddress } from "../contacts/address.ts";
import { csvFile } from "../contacts/csv.ts";
import {
  ByEmail,
  ImportBody,
  ImportedView,
  SuppressionBody,
  SuppressionListQuery,
  SuppressionView,
} from "./forms.ts";
import {
  lift,
  listSuppressions,
  readSuppression,
  suppress,
  type Suppression,
} from "./suppressions.ts";
import { exportSuppressions, readList, suppressList } from "./transfer.ts";
import { originOf } from "./words.ts";

const TAGS = { tags: ["Suppressions"] };

export function suppressionsApi(context: Context) {
  const { db } = context;
  const write = { permission: "contacts:write" } as const;

  return new Elysia({ name: "suppressions-api", prefix: "/api/v1/suppressions" })
    .use(api(context))
    .get(
      "/",
      async ({ query }) => {
        const search = query.search ?? "";
        const asked = apiPage(query, search.trim() === "" ? "id" : "text");
        return listAnswer(await listSuppressions(db, search, asked), viewOf);
      },
      {
        permission: "contacts:read",
        query: SuppressionListQuery,
        response: { 200: ListOf(SuppressionView) },
        detail: {
          summary: "List addresses that must not be mailed",
          description: "The newest first; with a search by address.",
          ...TAGS,
        },
      },
    )
    .get("/export", () => csvFile("suppressions.csv", exportSuppressions(db), { mark: false }), {
      permission: "contacts:read",
      detail: {
        summary: "Read all addresses that must not be mailed, as a CSV",
        description: "With the columns email, reason, origin and since, the newest first.",
        responses: { 200: { description: "A CSV", content: { "text/csv": {} } } },
        ...TAGS,
      },
    })
    .post(
      "/import",
      async ({ body, actor }) => {
        const list = readList(body.csv, originOf(actor));
        const [fault] = list.faults;
        if (fault !== undefined)
          throw new InvalidInputError({
            csv: `${fault.text.slice(0, 100)}: ${fault.message} Nothing was imported.`,
          });
        return suppressList(db, list);
      },
      {
        ...write,
        body: ImportBody,
        response: { 200: ImportedView },
        detail: {
          summary: "Have many addresses never mailed again",
          description:
            "A CSV whose first line names the columns email, reason and origin, as an export has them, or a plain list of addresses. All of it is taken or nothing.",
          ...TAGS,
        },
      },
    )
    .post(
      "/",
      async ({ body, actor, status }) => {
        const canonical = canonicalOf(body.email);
        const why = { reason: body.reason, origin: originOf(actor) };
        const { added } = await suppress(db, [canonical], why);
        const view = viewOf(found(await readSuppression(db, canonical)));
        return added > 0 ? status(201, view) : status(200, view);
      },
      {
        ...write,
        body: SuppressionBody,
        response: { 200: SuppressionView, 201: SuppressionView },
        detail: {
          summary: "Have an address never mailed again",
          description:
            "One that is suppressed already (200) keeps its reason unless the new one weighs more: complained over unsubscribed over bounced over manual.",
          ...TAGS,
        },
      },
    )
    .delete(
      "/:email",
      async ({ params, status }) => {
        if ((await lift(db, [canonicalOf(params.email)])) === 0) throw new NotFoundError();
        return status(204, undefined);
      },
      {
        ...write,
        params: ByEmail,
        response: { 204: Type.Undefined({ description: "It can be mailed again" }) },
        detail: { summary: "Allow an address to be mailed again", ...TAGS },
      },
    );
}

function viewOf({ canonical_email, reason, origin, created_at }: Suppression) {
  return { email: canonical_email, reason, origin, created_at: created_at.toISOString() };
}

/** What is no address is nobody's, and so not suppressed. */
function canonicalOf(email: string): string {
  const address = parseAddress(email);
  return address.ok ? address.canonical : "";
}
