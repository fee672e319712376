import { isId, problem, problemResponse } from "@mailwright/platform";
import {
  parseBatch,
  parseContent,
  parseControl,
  parseNothing,
  parseSuppressed,
} from "@mailwright/protocol";
import { Elysia } from "elysia";
import type { Context } from "../context.ts";
import { signedCall } from "../http/signed-call.ts";
import { batchStatus, controlCampaign, type Intake, suppressEmails, takeBatch } from "./intake.ts";

/**
 * 500 recipients fit whose attributes are as long as web keeps any, 16,000 characters, in a script of three octets each: a batch
 * that is too large would be refused for ever.
 */
const BATCH_LIMIT = 32 * 1024 * 1024;
/** The longest template fits, a million characters as HTML and as text, where each of them takes six octets as JSON. */
const CONTENT_LIMIT = 16 * 1024 * 1024;
/** How long web is asked to wait when the journal takes no batch. */
const FULL_RETRY_S = "1";

export function batchRoutes(context: Context) {
  return new Elysia({ name: "batches" })
    .put(
      "/v1/contents/:hash",
      ({ request, params }) =>
        signedCall(
          context,
          request,
          parseContent,
          async (content) =>
            (await context.contents.put(params.hash, content))
              ? new Response(null, { status: 204 })
              : problemResponse(
                  problem(422, "The hash is not that of the content", { field: "hash" }),
                ),
          CONTENT_LIMIT,
        ),
      { parse: "none" },
    )
    .post(
      "/v1/batches",
      ({ request }) =>
        signedCall(
          context,
          request,
          parseBatch,
          async (batch) => answerIntake(await takeBatch(batch, context)),
          BATCH_LIMIT,
        ),
      { parse: "none" },
    )
    .put(
      "/v1/campaigns/:id/control",
      ({ request, params }) =>
        signedCall(context, request, parseControl, async (wanted) =>
          isId(params.id) ? controlCampaign(params.id, wanted, context) : notFound("campaign"),
        ),
      { parse: "none" },
    )
    .put(
      "/v1/suppressed",
      ({ request }) =>
        signedCall(context, request, parseSuppressed, async (suppressed) => {
          await suppressEmails(suppressed, context.clock.now(), context);
          return { suppressed: suppressed.emails.length };
        }),
      { parse: "none" },
    )
    .get("/v1/batches/:id", ({ request, params }) =>
      signedCall(context, request, parseNothing, async () => {
        const status = isId(params.id) ? await batchStatus(params.id, context) : undefined;
        return status ?? notFound("batch");
      }),
    );
}

function answerIntake(intake: Intake): Response {
  switch (intake) {
    case "taken":
      return Response.json({ taken: true }, { status: 202 });
    case "known":
      return Response.json({ taken: true }, { status: 200 });
    case "content missing":
      return problemResponse(
        problem(409, "The content is not known", {
          detail: "Send the content first.",
          field: "content",
        }),
      );
    case "full":
      return problemResponse(problem(429, "The journal takes no batch now"), {
        "retry-after": FULL_RETRY_S,
      });
    default:
      return intake satisfies never;
  }
}

function notFound(what: string): Response {
  return problemResponse(problem(404, `There is no such ${what} here`));
}
