import { healthRoutes, problem, problemResponse } from "@mailwright/platform";
import { Elysia } from "elysia";
import { batchRoutes } from "./batches/routes.ts";
import type { Context } from "./context.ts";
import { developerRoutes } from "./developer/routes.ts";
import { settingsRoutes } from "./settings/routes.ts";
import { webhookRoutes } from "./webhooks/routes.ts";

/** The email client's HTTP side: internal, every call signed, but for the health checks. */
export function buildApp(context: Context) {
  const { log, redis, metrics } = context;
  return new Elysia({ normalize: false })
    .onError(({ code, error, request }) => {
      if (code === "NOT_FOUND") return problemResponse(problem(404, "There is nothing here"));
      log.error(
        { err: error, method: request.method, path: new URL(request.url).pathname },
        "a call failed",
      );
      // The caller repeats: everything here may be repeated without harm.
      return problemResponse(problem(503, "The call could not be carried out"), {
        "retry-after": "1",
      });
    })
    .use(healthRoutes({ redis: () => redis.ping() }, metrics))
    .use(batchRoutes(context))
    .use(settingsRoutes(context))
    .use(webhookRoutes(context))
    .use(developerRoutes(context));
}
