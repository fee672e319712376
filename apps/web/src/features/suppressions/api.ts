import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { ConflictError, found } from "../../http/faults.ts";
import { apiPage, listAnswer, ListOf } from "../../http/paging.ts";
import { parseAddress } from "../contacts/address.ts";
import { csvFile } from "../contacts/csv.ts";
import { ByEmail, SuppressionBody, SuppressionListQuery, SuppressionView } from "./forms.ts";
import {
  liftByHand,
  listSuppressions,
  readSuppression,
  suppressByHand,
  type Suppression,
} from "./suppressions.ts";
import { exportSuppressions } from "./transfer.ts";
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
        const { search: text, reason } = query;
        const asked = apiPage(query, "time");
        return listAnswer(await listSuppressions(db, { text, reason }, asked), viewOf);
      },
      {
        permission: "contacts:read",
        query: SuppressionListQuery,
        response: { 200: ListOf(SuppressionView) },
        detail: {
          summary: "List addresses that must not be mailed",
          description: "The last that came about first.",
          ...TAGS,
        },
      },
    )
    .get("/export", () => csvFile("suppressions.csv", exportSuppressions(db), { mark: false }), {
      permission: "contacts:read",
      detail: {
        summary: "Read all addresses that must not be mailed, as a CSV",
        description:
          "With the columns email, reason, origin and since, in the order in which they came here; an address with another reason beside its own has a second row. An import of it gives the same suppressions.",
        responses: { 200: { description: "A CSV", content: { "text/csv": {} } } },
        ...TAGS,
      },
    })
    .get("/:email", async ({ params }) => viewOf(found(await readSuppression(db, params.email))), {
      permission: "contacts:read",
      params: ByEmail,
      response: { 200: SuppressionView },
      detail: {
        summary: "Read why an address must not be mailed",
        description: "In any spelling. 404 when it may be mailed.",
        ...TAGS,
      },
    })
    .post(
      "/",
      async ({ body, actor, status }) => {
        const canonical = canonicalOf(body.email);
        const why = { reason: body.reason, origin: originOf(actor) };
        const { added } = await suppressByHand(db, canonical, why);
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
      async ({ params, actor, status }) => {
        const { id, reason } = found(await readSuppression(db, params.email));
        const lifted = await liftByHand(context, actor, { ids: [id], reasons: [reason] });
        if (lifted.length === 0) throw new ConflictError("It has changed meanwhile: look again.");
        return status(204, undefined);
      },
      {
        ...write,
        params: ByEmail,
        response: { 204: Type.Undefined({ description: "It can be mailed again" }) },
        detail: {
          summary: "Allow an address to be mailed again",
          description:
            "Of somebody who unsubscribed or complained, only when they have asked for it.",
          ...TAGS,
        },
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
