import { Elysia } from "elysia";
import { type Problem, starterTemplates, type TemplateKind } from "@mailwright/template";
import type { Context } from "../../context.ts";
import { found, NotFoundError } from "../../http/faults.ts";
import { parseForm, parseQuery, type RefusedForm } from "../../http/forms.ts";
import { fragment } from "../../http/html.ts";
import { ById } from "../../http/params.ts";
import { pages, type PageTools } from "../../http/pages.tsx";
import type { FormState } from "../../ui/form.tsx";
import { readAttributeKeys } from "../contacts/contacts.ts";
import { EditTemplatePage, NewTemplatePage } from "./editor-views.tsx";
import { StarterQuery, TemplateForm, typedSource } from "./forms.ts";
import { Problems } from "./problem-views.tsx";
import { checkSource } from "./rendering.ts";
import { StartersPage } from "./starter-views.tsx";
import {
  createTemplate,
  type Meanwhile,
  readTemplate,
  saveTemplate,
  type Template,
} from "./templates.ts";

/** To write a template: what it begins with, the editor, what is said about it while it is written, and saving. */
export function templateEditorPages(context: Context) {
  const { db } = context;
  const write = { permission: "templates:write" } as const;
  const writeOne = { ...write, params: ById } as const;

  return new Elysia({ name: "template-editor", prefix: "/templates" })
    .use(pages(context))
    .get(
      "/new",
      ({ request, show, ...tools }) => {
        if (!new URL(request.url).searchParams.has("start"))
          return show({ title: "New template", width: "wide" }, <StartersPage />);
        const { start } = parseQuery(StarterQuery, request);
        if (start === "blank") return showNew({ show, ...tools }, { values: BLANK });
        const src = `/templates/starters/${start}`;
        return showNew({ show, ...tools }, { values: starter(start) }, 200, src);
      },
      write,
    )
    .post(
      "/",
      async (tools) => {
        const posted = parseForm(TemplateForm, tools.form);
        if (!posted.ok) return showNew(tools, posted, 422);
        const { name, kind, subject, body } = posted.value;
        const created = await createTemplate(db, { name, kind, subject, body }, tools.user.name);
        if (created.kind === "refused")
          return showNew(tools, posted.refuse(errorsOf(created.problems)), 422);
        return tools.leave(`/templates/${created.id}`, "The template was created.");
      },
      write,
    )
    .post("/draft", (tools) => showNew(tools, { unsaved: true, values: typed(tools.form) }), write)
    .post(
      "/check",
      async ({ form }) => {
        const source = typedSource(form);
        return fragment(<Problems problems={await checkSource(db, source)} source={source} />);
      },
      write,
    )
    .get(
      "/:id/edit",
      async (tools) => {
        const template = found(await readTemplate(db, tools.params.id));
        return showEdit(tools, template, { values: valuesOf(template) });
      },
      writeOne,
    )
    .post(
      "/:id",
      async (tools) => {
        const { form, params, user, leave } = tools;
        const template = found(await readTemplate(db, params.id));
        const posted = parseForm(TemplateForm, form);
        if (!posted.ok) return showEdit(tools, template, posted, { status: 422 });
        const { revision, version, ...changes } = posted.value;
        const saved = await saveTemplate(db, params.id, changes, user.name, { revision, version });
        switch (saved.kind) {
          case "unknown":
            throw new NotFoundError();
          case "saved":
            return leave(`/templates/${params.id}`, savedInWords(template, saved.version));
          case "refused":
            return showEdit(tools, template, posted.refuse(errorsOf(saved.problems)), {
              status: 422,
            });
          case "changed meanwhile": {
            const now = { revision: saved.template.revision, version: saved.template.version };
            const values = { ...typed(form), ...now, version: String(now.version) };
            const typedStill = { unsaved: true, values };
            return showEdit(tools, saved.template, typedStill, { status: 409, meanwhile: saved });
          }
        }
      },
      writeOne,
    )
    .post(
      "/:id/draft",
      async (tools) => {
        const template = found(await readTemplate(db, tools.params.id));
        return showEdit(tools, template, { unsaved: true, values: typed(tools.form) });
      },
      writeOne,
    );

  async function showNew(
    { show, csrf }: Pick<PageTools, "show" | "csrf">,
    form: FormState,
    status = 200,
    src?: string,
  ) {
    return show(
      { title: "New template", width: "wide", status },
      <NewTemplatePage csrf={csrf} form={form} {...await said(form)} src={src} />,
    );
  }

  async function showEdit(
    { show, csrf }: PageTools,
    template: Template,
    form: FormState,
    { status = 200, meanwhile }: { status?: number; meanwhile?: Meanwhile } = {},
  ) {
    return show(
      { title: `Edit ${template.name}`, width: "wide", status },
      <EditTemplatePage
        csrf={csrf}
        template={template}
        form={form}
        meanwhile={meanwhile}
        {...await said(form)}
      />,
    );
  }

  /** What is said about what stands in the form. Of a blank one nothing yet. */
  async function said({ values = {} }: FormState) {
    const source = typedSource(new URLSearchParams(Object.entries(values).map(pair)));
    const attributes = await readAttributeKeys(db);
    if (source.subject === "" && source.body === "") return { attributes };
    return { attributes, problems: { problems: await checkSource(db, source), source } };
  }
}

type Values = NonNullable<FormState["values"]>;
const BLANK: Values = { kind: "html", name: "", subject: "", body: "" };

function starter(kind: TemplateKind): Values {
  const { name, subject, body } = starterTemplates[kind];
  return { kind, name, subject, body };
}

/** The fields as they were typed, whether they make sense or not. */
function typed(form: URLSearchParams): Values {
  const names = ["name", "revision", "version"];
  return {
    ...Object.fromEntries(names.map((name) => [name, form.get(name) ?? ""])),
    ...typedSource(form),
  };
}

function pair([name, value = ""]: [string, string | undefined]): [string, string] {
  return [name, value];
}

function valuesOf({ name, kind, subject, body, revision, version }: Template): Values {
  return { name, kind, subject, body, revision, version: String(version) };
}

/** The first error of each part at its field, with its line. */
function errorsOf(problems: readonly Problem[]): RefusedForm["errors"] {
  const errors: Record<string, string> = {};
  for (const { severity, part, line, message } of problems) {
    if (severity === "error")
      errors[part] ??= part === "body" && line !== undefined ? `Line ${line}: ${message}` : message;
  }
  return errors;
}

function savedInWords(before: Template, version: number): string {
  return version === before.version ? "The template was saved." : `Version ${version} was saved.`;
}
