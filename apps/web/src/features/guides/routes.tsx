import { Elysia } from "elysia";
import { Type } from "@sinclair/typebox";
import type { Context } from "../../context.ts";
import { found } from "../../http/faults.ts";
import { pages } from "../../http/pages.tsx";
import { GuidePage } from "./guide-views.tsx";
import { readGuide } from "./guides.ts";

/** What has to be set up outside of Mailwright, for whoever is setting it up. */
export function guidePages(context: Context) {
  return new Elysia({ name: "guides", prefix: "/guides" }).use(pages(context)).get(
    "/:name",
    async ({ params, show }) => {
      const guide = found(await readGuide(params.name));
      return show({ title: guide.title }, <GuidePage guide={guide} />);
    },
    { permission: "gateways:read", params: Type.Object({ name: Type.String() }) },
  );
}
