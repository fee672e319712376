import { Elysia } from "elysia";
import { Type } from "@sinclair/typebox";
import type { Context } from "../../context.ts";
import { found } from "../../http/faults.ts";
import { pages } from "../../http/pages.tsx";
import { GuidePage, GuidesPage } from "./guide-views.tsx";
import { GUIDES_PAGE, listGuides, readGuide } from "./guides.ts";

/** What has to be set up outside of Mailwright, for whoever is setting it up. */
export function guidePages(context: Context) {
  const read = { permission: "gateways:read" } as const;

  return new Elysia({ name: "guides", prefix: GUIDES_PAGE })
    .use(pages(context))
    .get(
      "/",
      async ({ show }) =>
        show({ title: "Guides", width: "narrow" }, <GuidesPage guides={await listGuides()} />),
      read,
    )
    .get(
      "/:name",
      async ({ params, show }) => {
        const guide = found(await readGuide(params.name));
        return show({ title: guide.title }, <GuidePage guide={guide} />);
      },
      { ...read, params: Type.Object({ name: Type.String() }) },
    );
}
