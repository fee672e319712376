import { type AnyElysia, Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { openPages } from "../../http/pages.tsx";
import { describeApi } from "./openapi.ts";

/**
 * The description of the API. It is open to anybody: it says what the source says, and nothing of what is stored here;
 * and a program that is being written has no token yet. `routesOf` is asked late, when every feature has added its own.
 */
export function apiDescription(context: Context, routesOf: () => AnyElysia["routes"]) {
  let document: string | undefined;
  return new Elysia({ name: "api-description" }).use(openPages(context)).get(
    "/api/v1/openapi.json",
    () => {
      document ??= JSON.stringify(describeApi(routesOf(), context.config.webUrl));
      return new Response(document, {
        headers: { "content-type": "application/json", "cache-control": "public, max-age=300" },
      });
    },
    { permission: "public" },
  );
}
