import { Elysia } from "elysia";
import { isId, problem, problemResponse } from "@mailwright/platform";
import {
  parseWebhookAnswer,
  WEBHOOK_LIMIT,
  type WebhookCall,
  webhookHeaders,
} from "@mailwright/protocol";
import type { Context } from "../../context.ts";
import { readBody } from "../../http/body.ts";
import { leaveBody, naming } from "../../http/routes-of.ts";
import { takeFacts } from "./webhooks.ts";

/** Whoever could not be heard may tell it again. */
const LATER = { "retry-after": "30" };

/** Anybody can knock, and each costs a call: beyond this many they wait outside. */
export const MOST_UNDER_WAY = 64;

/**
 * The public door of every gateway. What comes is handed to the email client as it is, which holds the secrets and says who
 * sent it; it is answered with 200 only when what it told is committed, so that a provider tells again what could be lost.
 */
export function webhookRoutes(context: Context) {
  const { emailClient, log } = context;

  let underWay = 0;

  async function answer(request: Request, id: string): Promise<Response> {
    const body = await readBody(request, WEBHOOK_LIMIT);
    if (!isId(id)) return nobody();
    if (underWay >= MOST_UNDER_WAY)
      return problemResponse(problem(503, "There is too much at once; tell it again"), LATER);
    underWay++;
    try {
      return await take(request, id, body);
    } finally {
      underWay--;
    }
  }

  async function take(request: Request, id: string, body: Uint8Array): Promise<Response> {
    const call: WebhookCall = {
      headers: webhookHeaders(request.headers),
      body: Buffer.from(body).toString("base64"),
    };
    const path = `/v1/gateways/${id}/webhook`;
    const heard = await emailClient.call("POST", path, call, parseWebhookAnswer);
    if (heard.kind === "refused" && heard.status === 404) return nobody();
    if (heard.kind !== "ok") {
      const { why } = heard;
      log.warn({ gateway: id, why }, "a webhook could not be verified now");
      return problemResponse(problem(503, "It could not be verified now; tell it again"), LATER);
    }
    const reading = heard.value;
    switch (reading.kind) {
      case "facts":
        return Response.json(await takeFacts(context, { id, ...reading.gateway }, reading.facts));
      case "forged":
        log.warn({ gateway: id, why: reading.why }, "a webhook is not believed");
        return problemResponse(problem(401, "It is not known who sent this"));
      case "unreadable":
        log.error({ gateway: id, why: reading.why }, "a webhook cannot be read");
        return problemResponse(problem(422, "This cannot be read", { detail: reading.why }));
    }
    return reading satisfies never;
  }

  return new Elysia({ name: "webhooks" }).post(
    "/webhooks/:gateway",
    ({ request, params }) => answer(request, params.gateway),
    { parse: leaveBody, detail: naming("webhook") },
  );
}

function nobody(): Response {
  return problemResponse(problem(404, "There is no such gateway"));
}
