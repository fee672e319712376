import { isId, problem, problemResponse } from "@mailwright/platform";
import { parseWebhookCall, WEBHOOK_LIMIT, type WebhookAnswer } from "@mailwright/protocol";
import { Elysia } from "elysia";
import type { Context } from "../context.ts";
import { signedCall } from "../http/signed-call.ts";
import { heldToOneBody } from "./tokens.ts";

/** A body in base64, its headers, and some room. */
const CALL_LIMIT = 2 * WEBHOOK_LIMIT;

/** For a certificate to be fetched or a subscription to be confirmed, well within what web waits. */
const PATIENCE_MS = 5_000;

/**
 * Where web hands on what came to a gateway's public door. It changes nothing here but what is counted to be looked at and with
 * which body a token came, so it may be repeated.
 */
export function webhookRoutes(context: Context) {
  return new Elysia({ name: "webhooks" }).post(
    "/v1/gateways/:id/webhook",
    ({ request, params: { id } }) =>
      signedCall(
        context,
        request,
        parseWebhookCall,
        async ({ headers, body }): Promise<Response | WebhookAnswer> => {
          const open = isId(id) ? await context.gateways.get(id) : undefined;
          const webhook = open?.gateway.webhook;
          if (open === undefined || webhook === undefined)
            return problemResponse(problem(404, "There is no such gateway that tells anything"));
          const { kind, name } = open;
          const bytes = Buffer.from(body, "base64");
          const told = await webhook.receive(
            { headers, body: bytes },
            AbortSignal.timeout(PATIENCE_MS),
          );
          const reading = await heldToOneBody(context.redis, id, told, bytes);
          context.webhookNotes.record(id, reading);
          if (reading.kind === "later")
            return problemResponse(problem(503, "It cannot be known now", { detail: reading.why }));
          return reading.kind === "facts"
            ? { kind: "facts", gateway: { kind, name }, facts: reading.facts }
            : { kind: reading.kind, why: reading.why };
        },
        CALL_LIMIT,
      ),
    { parse: "none" },
  );
}
