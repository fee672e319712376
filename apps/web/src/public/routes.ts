import { Elysia } from "elysia";
import { localPath, redirect } from "../http/htmx.ts";
import { isTheme, themeCookie } from "../ui/theme.ts";
import { assetUrl, serveAsset } from "./assets.ts";

/**
 * What anyone may fetch, signed in or not: the assets, the icon, and the choice of light or dark, which is kept in a
 * cookie and says nothing about a person.
 */
export function publicRoutes() {
  return new Elysia({ name: "public" })
    .get(
      "/assets/:hash/:name",
      ({ params, request }) =>
        serveAsset(params.hash, params.name, request) ??
        new Response("No such file.", { status: 404 }),
    )
    .get(
      "/favicon.ico",
      () => new Response(null, { status: 302, headers: { location: assetUrl("favicon.svg") } }),
    )
    .post("/theme", ({ body, request }) => {
      const { theme, return_to } = (body ?? {}) as { theme?: unknown; return_to?: unknown };
      const response = redirect(request, localPath(return_to));
      if (isTheme(theme)) response.headers.append("set-cookie", themeCookie(theme));
      return response;
    });
}
