import { type AnyElysia, Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { pages } from "../../http/pages.tsx";
import { apiCalls } from "./api-calls.ts";
import { ApiGuidePage } from "./guide-views.tsx";

/** The API for people. `routesOf` is asked late, when every feature has added its calls. */
export function apiGuidePages(context: Context, routesOf: () => AnyElysia["routes"]) {
  const { webUrl } = context.config;
  return new Elysia({ name: "api-guide" })
    .use(pages(context))
    .get(
      "/developer/api",
      ({ show, user }) =>
        show(
          { title: "API" },
          <ApiGuidePage
            calls={apiCalls(routesOf())}
            webUrl={webUrl}
            mayMakeTokens={can(user, "tokens:manage")}
          />,
        ),
      { permission: "developer:read" },
    );
}
