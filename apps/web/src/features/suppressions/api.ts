import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { found, NotFoundError } from "../../http/faults.ts";
import { apiPage, listAnswer, ListOf } from "../../http/paging.ts";
import { parseAddress } from "../contacts/address.ts";
import { ByEmail, SuppressionBody, SuppressionListQuery, SuppressionView } from "./forms.ts";
import {
  lift,
  listSuppressions,
  readSuppression,
  suppress,
  type Suppression,
} from "./suppressions.ts";
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
