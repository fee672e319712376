import { PAGE_ROUTES } from "../harness/routes.ts";
import type { World } from "./world.ts";

/** Answers that are no page: a stream, a file, a part of a page, a foreign document in a frame of its own. */
const NO_PAGES = new Set([
  "/assets/:hash/:name",
  "/campaigns/:id/live",
  "/campaigns/:id/preview",
  "/campaigns/:id/progress",
  "/campaigns/:id/reasons",
  "/campaigns/:id/recipients/export",
  "/campaigns/estimate",
  "/campaigns/live",
  "/campaigns/progress",
  "/campaigns/segments",
  "/contacts/export",
  "/dashboard/activity",
  "/dashboard/activity/stream",
  "/developer/installation",
  "/developer/installation/stream",
  "/developer/machines/:name/counts",
  "/developer/machines/:name/counts/stream",
  "/developer/machines/email.svg",
  "/favicon.ico",
  "/imports/:id/live",
  "/imports/:id/progress",
  "/imports/:id/rejects",
  "/segments/:id/size",
  "/suppressions/export",
  "/templates/:id/frame",
  "/templates/starters/:kind",
  // Leads on whoever comes when there is an owner already; `first-visit.e2e.ts` looks at it.
  "/setup",
  "/sign-in",
]);

/** Pages for whoever is not signed in; one who is would be led on. */
export const STRANGERS = ["/sign-in"];

const PAGES = PAGE_ROUTES.filter((route) => !NO_PAGES.has(route));

/** The first parts of the addresses of all pages. */
export function subjectsOf(): string[] {
  return [...new Set(PAGES.map(subjectOf))];
}

function subjectOf(route: string): string {
  return route.split("/")[1] ?? "";
}

/** The addresses of every page of a subject, in the world; a route without one is a mistake, and throws. */
export function addressesOf(world: World, subject: string): string[] {
  return PAGES.filter((route) => subjectOf(route) === subject).flatMap((route) => {
    const pages = special(world)[route] ?? [route.replace(/^(\/[a-z]+)\/:id/, ordinary(world))];
    if (pages.some((page) => page.includes(":")))
      throw new Error(`Say in addresses.ts where ${route} is to be looked at.`);
    return pages;
  });
}

/** Whose page stands for all of its kind. */
function ordinary(world: World) {
  const ids: Record<string, string> = {
    "/accounts": world.account,
    "/campaigns": world.campaigns.finished,
    "/contacts": world.contact,
    "/imports": world.imports.done,
    "/segments": world.segments.static,
    "/templates": world.template,
    "/tokens": world.token,
  };
  return (_: string, noun: string) => `${noun}/${ids[noun] ?? ":id"}`;
}

/** Pages that look different by what they are about, or that need to be told more. */
function special(world: World): Record<string, string[]> {
  const { campaigns, emails, segments, imports, template, gateway, contact, suppression } = world;
  const lifted = new URLSearchParams({ suppression_id: suppression });
  return {
    "/campaigns/:id": Object.values(campaigns).map((id) => `/campaigns/${id}`),
    "/campaigns/:id/cancel": [`/campaigns/${campaigns.sending}/cancel`],
    "/campaigns/:id/edit": [`/campaigns/${campaigns.draft}/edit`],
    "/campaigns/:id/launch": [`/campaigns/${campaigns.draft}/launch`],
    "/campaigns/:id/requeue": [
      `/campaigns/${campaigns.finished}/requeue?states=failed`,
      `/campaigns/${campaigns.finished}/requeue?states=uncertain`,
    ],
    "/campaigns/:id/recipients": ["", "?state=failed", "?q=nobody@example.com"].map(
      (query) => `/campaigns/${campaigns.finished}/recipients${query}`,
    ),
    "/contacts": ["/contacts", "/contacts?q=nobody-of-that-name"],
    "/contacts/:id/opt-outs/:segment_id/lift": [
      `/contacts/${contact}/opt-outs/${segments.dynamic}/lift`,
    ],
    "/contacts/delete": [`/contacts/delete?contact_id=${contact}`],
    "/developer/machines/:name": ["/developer/machines/email"],
    "/emails/:id": Object.values(emails).map((id) => `/emails/${id}`),
    "/guides/:name": [
      "deliverability",
      "authentication",
      "gateways",
      "bounces",
      "suppressions",
    ].map((name) => `/guides/${name}`),
    "/imports/:id": [`/imports/${imports.done}`, `/imports/${imports.mapping}`],
    "/imports/:id/cancel": [`/imports/${imports.mapping}/cancel`],
    "/segments/:id": Object.values(segments).map((id) => `/segments/${id}`),
    "/segments/:id/edit": Object.values(segments).map((id) => `/segments/${id}/edit`),
    "/segments/new": ["/segments/new", "/segments/new?kind=dynamic"],
    "/settings/gateways/new": [
      "/settings/gateways/new",
      ...["smtp", "ses", "seed", "route"].map((kind) => `/settings/gateways/new?kind=${kind}`),
    ],
    "/settings/gateways/:id": [`/settings/gateways/${gateway}`],
    "/settings/gateways/:id/remove": [`/settings/gateways/${gateway}/remove`],
    "/settings/gateways/:id/test": [`/settings/gateways/${gateway}/test`],
    "/suppressions/lift": [`/suppressions/lift?${lifted}`],
    "/templates/:id/versions/:version": [`/templates/${template}/versions/1`],
    "/u/:token": [world.leave, "/u/example"],
    "/templates/new": ["/templates/new", "/templates/new?start=html"],
  };
}
