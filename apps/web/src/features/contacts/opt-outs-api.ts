import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { found } from "../../http/faults.ts";
import { ById, byIds } from "../../http/params.ts";
import { liftOptOut, optOutsOf } from "../segments/opt-outs.ts";
import { readSegment } from "../segments/segments.ts";
import { readContact } from "./contacts.ts";
import { OptOutsView } from "./forms.ts";

/** The dynamic segments that contacts have opted out of, for programs. */
export function optOutsApi(context: Context) {
  const { db } = context;
  const tags = ["Contacts"];

  return new Elysia({ name: "opt-outs-api", prefix: "/api/v1/contacts" })
    .use(api(context))
    .get(
      "/:id/opt-outs",
      async ({ params }) => {
        const { id } = found(await readContact(db, params.id));
        const optOuts = await optOutsOf(db, id);
        return {
          items: optOuts.map((each) => ({ ...each, created_at: each.created_at.toISOString() })),
        };
      },
      {
        permission: "contacts:read",
        params: ById,
        response: { 200: OptOutsView },
        detail: {
          summary: "List the dynamic segments that a contact has opted out of",
          description: "They are not in them, although the rule may find them.",
          tags,
        },
      },
    )
    .delete(
      "/:id/opt-outs/:segment_id",
      async ({ params, status }) => {
        const { id } = found(await readContact(db, params.id));
        const segment = found(await readSegment(db, params.segment_id));
        await liftOptOut(db, segment.id, id);
        return status(204, undefined);
      },
      {
        permission: "segments:write",
        params: byIds("id", "segment_id"),
        response: {
          204: Type.Undefined({ description: "The segment can have the contact again" }),
        },
        detail: {
          summary: "Take a contact back into a dynamic segment that they have opted out of",
          description: "Only if they have asked for it.",
          tags,
        },
      },
    );
}
