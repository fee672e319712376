import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { ConflictError, found, NotFoundError } from "../../http/faults.ts";
import { parseForm } from "../../http/forms.ts";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { SeenForm } from "./forms.ts";
import { checkSource } from "./rendering.ts";
import { templateProps } from "./routes.tsx";
import {
  campaignsUsing,
  listVersions,
  type Meanwhile,
  readTemplate,
  readVersion,
  restoreVersion,
} from "./templates.ts";
import { CampaignsPage, VersionPage, VersionsPage } from "./version-views.tsx";

const ByVersion = Type.Object({
  ...ById.properties,
  version: Type.String({ pattern: String.raw`^[1-9]\d{0,8}$` }),
});

/** What became of a template: its versions, any of which can be restored, and the campaigns that use it. */
export function templateVersionPages(context: Context) {
  const { db, clock } = context;
  const readOne = { permission: "templates:read", params: ById } as const;

  return new Elysia({ name: "template-versions", prefix: "/templates" })
    .use(pages(context))
    .get(
      "/:id/versions",
      async (tools) => {
        const { request, params } = tools;
        const props = await propsFor(tools, params.id);
        const versions = await listVersions(db, params.id, askedPage(request, "number"));
        return tools.show(
          { title: `Versions of ${props.template.name}`, width: "wide" },
          <VersionsPage {...props} versions={versions.items} {...pageLinks(request, versions)} />,
        );
      },
      readOne,
    )
    .get(
      "/:id/campaigns",
      async (tools) => {
        const { request, params } = tools;
        const props = await propsFor(tools, params.id);
        const campaigns = await campaignsUsing(db, params.id, askedPage(request));
        return tools.show(
          { title: `Campaigns of ${props.template.name}`, width: "wide" },
          <CampaignsPage
            {...props}
            campaigns={campaigns.items}
            {...pageLinks(request, campaigns)}
          />,
        );
      },
      readOne,
    )
    .get("/:id/versions/:version", (tools) => showVersion(tools, tools.params), {
      permission: "templates:read",
      params: ByVersion,
    })
    .post(
      "/:id/versions/:version/restore",
      async (tools) => {
        const { params, form, user, leave } = tools;
        const posted = parseForm(SeenForm, form);
        const seen = posted.ok && posted.value.revision !== "" ? posted.value : {};
        const restored = await restoreVersion(
          db,
          params.id,
          Number(params.version),
          user.name,
          seen,
        );
        switch (restored.kind) {
          case "unknown":
            throw new NotFoundError();
          case "refused":
            throw new ConflictError(
              `This version cannot be sent any more: ${restored.problems[0]?.message ?? ""}`,
            );
          case "changed meanwhile":
            return showVersion(tools, params, restored);
          case "saved":
            return leave(
              `/templates/${params.id}`,
              `Version ${params.version} was restored, as version ${restored.version}.`,
            );
        }
      },
      { permission: "templates:write", params: ByVersion },
    );

  async function propsFor(tools: PageTools, id: string) {
    const template = found(await readTemplate(db, id));
    return {
      ...templateProps(tools, template, clock.now()),
      problems: await checkSource(db, template),
    };
  }

  async function showVersion(
    { show, csrf, user }: PageTools,
    params: { id: string; version: string },
    meanwhile?: Meanwhile,
  ) {
    const template = found(await readTemplate(db, params.id));
    const version = found(await readVersion(db, params.id, Number(params.version)));
    const newest = found(await readVersion(db, params.id, template.version));
    return show(
      {
        title: `Version ${version.version} of ${template.name}`,
        status: meanwhile === undefined ? 200 : 409,
      },
      <VersionPage
        template={template}
        version={version}
        newest={newest}
        csrf={csrf}
        now={clock.now()}
        writable={can(user, "templates:write")}
        meanwhile={meanwhile}
      />,
    );
  }
}
