import { Elysia } from "elysia";
import { parseToldFacts } from "@mailwright/protocol";
import type { Context } from "../../context.ts";
import { serviceCall, services } from "../../http/service.ts";
import { takeFacts } from "../webhooks/webhooks.ts";

/** 500 facts of 1.5 KB each, with room. */
const LIMIT = 1024 * 1024;

/** Where the email client tells what it read in bounce mailboxes. It may be told again: each fact counts once. */
export function bounceRoutes(context: Context) {
  return new Elysia({ name: "bounces" }).use(services()).post(
    "/internal/facts",
    serviceCall(context, { limit: LIMIT, parse: parseToldFacts }, ({ gateway, facts }) =>
      takeFacts(context, gateway, facts),
    ),
    { permission: "service" },
  );
}
