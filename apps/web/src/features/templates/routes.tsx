import { Elysia } from "elysia";
import type { Context } from "../../context.ts";
import { can } from "../../http/access.ts";
import { found, NotFoundError } from "../../http/faults.ts";
import { parseQuery } from "../../http/forms.ts";
import { askedPage, pageLinks } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import { readChoice } from "./contact-choice.ts";
import { ShownQuery, TEMPLATE_SORTS, TemplatesQuery } from "./forms.ts";
import { TemplatesPage } from "./list-views.tsx";
import { checkSource, renderForSomebody } from "./rendering.ts";
import {
  deleteTemplate,
  deletionOf,
  duplicateTemplate,
  listTemplates,
  readTemplate,
  type Template,
} from "./templates.ts";
import { DeleteConfirm, HtmlPage, SourcePage, TextPage } from "./views.tsx";

/** The list of templates, each as it is seen, and the ways to copy one and to be rid of it. */
export function templatePages(context: Context) {
  const { db, clock } = context;
  const readOne = { permission: "templates:read", params: ById } as const;
  const writeOne = { permission: "templates:write", params: ById } as const;

  return new Elysia({ name: "templates", prefix: "/templates" })
    .use(pages(context))
    .get(
      "/",
      async ({ request, show, user }) => {
        const { q, sort, direction } = parseQuery(TemplatesQuery, request);
        const asked = askedPage(request, TEMPLATE_SORTS[sort]);
        const { templates, total } = await listTemplates(db, q, { by: sort, direction }, asked);
        return show(
          { title: "Templates" },
          <TemplatesPage
            templates={templates.items}
            total={total}
            search={q}
            sorting={{
              by: sort,
              direction,
              href: (by, direction) => listUrl({ q, by, direction }),
            }}
            {...pageLinks(request, templates)}
            now={clock.now()}
            writable={can(user, "templates:write")}
          />,
        );
      },
      { permission: "templates:read" },
    )
    .get(
      "/:id",
      async (tools) => {
        const props = await shownProps(tools, tools.request, tools.params.id);
        const { template } = props;
        return tools.show(
          { title: template.name, width: "wide" },
          template.kind === "text" ? <TextPage {...props} /> : <HtmlPage {...props} />,
        );
      },
      readOne,
    )
    .get(
      "/:id/text",
      async (tools) => {
        const props = await shownProps(tools, tools.request, tools.params.id);
        return tools.show(
          { title: `Text of ${props.template.name}`, width: "wide" },
          <TextPage {...props} />,
        );
      },
      readOne,
    )
    .get(
      "/:id/source",
      async (tools) => {
        const template = found(await readTemplate(db, tools.params.id));
        const props = templateProps(tools, template, clock.now());
        return tools.show(
          { title: `Source of ${template.name}`, width: "wide" },
          <SourcePage {...props} problems={await checkSource(db, template)} />,
        );
      },
      readOne,
    )
    .post(
      "/:id/duplicate",
      async ({ params, leave, user }) => {
        const copy = found(await duplicateTemplate(db, params.id, user.name));
        return leave(`/templates/${copy}/edit`, "This is the copy.");
      },
      writeOne,
    )
    .get(
      "/:id/delete",
      async ({ params, show, csrf }) => {
        const deletion = found(await deletionOf(db, params.id));
        return show(
          { title: `Delete ${deletion.template.name}`, width: "narrow" },
          <DeleteConfirm csrf={csrf} deletion={deletion} />,
        );
      },
      writeOne,
    )
    .post(
      "/:id/delete",
      async ({ params, leave }) => {
        if (!(await deleteTemplate(db, params.id))) throw new NotFoundError();
        return leave("/templates", "The template was deleted.");
      },
      writeOne,
    );

  async function shownProps(tools: PageTools, request: Request, id: string) {
    const template = found(await readTemplate(db, id));
    const { contact, width, q } = parseQuery(ShownQuery, request);
    const rendering = await renderForSomebody(db, template.name, template, contact);
    return {
      ...templateProps(tools, template, clock.now()),
      problems: rendering.problems,
      rendering,
      choice: await readChoice(db, rendering.contact?.id, q),
      width,
    };
  }
}

/** What every page of one template is given. */
export function templateProps({ csrf, user }: PageTools, template: Template, now: number) {
  const may = { write: can(user, "templates:write"), send: can(user, "campaigns:send") };
  return { template, csrf, now, may };
}

function listUrl({ q, by, direction }: { q: string; by: string; direction: string }): string {
  return `/templates?${new URLSearchParams({ ...(q !== "" && { q }), sort: by, direction })}`;
}
