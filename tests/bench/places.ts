import { API_ROUTES, PAGE_ROUTES } from "../harness/routes.ts";
import { apiPlaces } from "./api-places.ts";
import type { ListCursors } from "./cursors.ts";
import { pagePlaces } from "./page-places.ts";
import type { Population } from "./population.ts";

/** Something to ask of web: the route, what is asked of it in words, and the address. */
export interface Place {
  route: string;
  what: string;
  path: string;
}

/** Answers that nobody waits for at a page: files as long as the lists they are made of, and streams that do not end. */
const NOT_ASKED = new Set([
  "/assets/:hash/:name",
  "/campaigns/:id/live",
  "/campaigns/:id/recipients/export",
  "/campaigns/live",
  "/contacts/export",
  "/dashboard/activity/stream",
  "/developer/installation/stream",
  "/developer/machines/:name/counts/stream",
  "/imports/:id/live",
  "/api/v1/campaigns/:id/emails/export",
  "/api/v1/contacts/export",
  "/api/v1/suppressions/export",
  "/suppressions/export",
  // It leads on to the icon's address, and who is signed in already is led on from these.
  "/favicon.ico",
  "/setup",
  "/sign-in",
]);

/** What is asked of every GET that `docs/routes.md` lists; a route of which nobody has said that throws. */
export function placesOf(population: Population, cursors: ListCursors): Place[] {
  const asked = { ...pagePlaces(population, cursors), ...apiPlaces(population, cursors) };
  const routes = [...PAGE_ROUTES, ...API_ROUTES].filter((route) => !NOT_ASKED.has(route));
  return routes.flatMap((route) =>
    Object.entries(
      asked[route] ?? { "": route.replace(/^((?:\/api\/v1)?\/[a-z]+)\/:id/, ordinary(population)) },
    ).map(([what, path]) => {
      if (path.includes("/:") || path.includes("undefined"))
        throw new Error(`Say in the places of the benchmark what is asked of ${route}.`);
      return { route, what, path };
    }),
  );
}

/** Which one stands for all of its kind. */
function ordinary({ contacts, segments, templates, campaigns, rest }: Population) {
  const ids: Record<string, string> = {
    accounts: rest.account,
    campaigns: campaigns.large,
    contacts: contacts.one,
    emails: campaigns.emails.sent,
    imports: rest.imports.done,
    segments: segments.everybody,
    templates: templates.one,
    tokens: rest.token,
  };
  return (_: string, collection: string) =>
    `${collection}/${ids[collection.split("/").at(-1) ?? ""] ?? ":id"}`;
}
