import { Elysia } from "elysia";
import { NotFoundError } from "../http/faults.ts";
import { localPath } from "../http/htmx.ts";
import { type OpenContext, openPages } from "../http/pages.tsx";
import { isTheme, themeCookie } from "../ui/theme.ts";
import { assetUrl, serveAsset } from "./assets.ts";

/**
 * What anyone may fetch, signed in or not: the assets, the icon, and the choice of light or dark, which is kept in a
 * cookie and says nothing about a person.
 */
export function publicRoutes(context: OpenContext) {
  return new Elysia({ name: "public" })
    .use(openPages(context))
    .get(
      "/assets/:hash/:name",
      ({ params, request }) => {
        const asset = serveAsset(params.hash, params.name, request);
        if (asset === undefined) throw new NotFoundError("There is no such file.");
        return asset;
      },
      { permission: "public" },
    )
    .get(
      "/favicon.ico",
      () => new Response(null, { status: 302, headers: { location: assetUrl("favicon.svg") } }),
      { permission: "public" },
    )
    .post(
      "/theme",
      ({ form, leave }) => {
        const theme = form.get("theme");
        const response = leave(localPath(form.get("return_to")));
        if (isTheme(theme)) response.headers.append("set-cookie", themeCookie(theme));
        return response;
      },
      { permission: "public" },
    );
}
