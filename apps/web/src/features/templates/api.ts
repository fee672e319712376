import { Type } from "@sinclair/typebox";
import { Elysia, t } from "elysia";
import type { Context } from "../../context.ts";
import { api } from "../../http/api.ts";
import { ConflictError, found, InvalidInputError, NotFoundError } from "../../http/faults.ts";
import { TEST_UNKNOWN } from "../gateways/reach.ts";
import { notAnswered } from "../../http/not-answered.ts";
import { apiPage, listAnswer, ListOf, ListQuery } from "../../http/paging.ts";
import { ById } from "../../http/params.ts";
import { apiSorted, sortedBy } from "../../http/sorting.ts";
import {
  RenderBody,
  RenderView,
  TEMPLATE_SORTS,
  TemplateBody,
  TemplateChanges,
  TemplateView,
  TestBody,
  TestView,
  VersionView,
} from "./forms.ts";
import { renderFor } from "./rendering.ts";
import {
  createTemplate,
  deleteTemplate,
  type ListedTemplate,
  type ListedVersion,
  listTemplates,
  listVersions,
  readTemplate,
  readVersion,
  type Refused,
  saveTemplate,
  type Template,
  type VersionRow,
} from "./templates.ts";
import { sendTemplateTest } from "./test-message.ts";

const TemplateList = Type.Object({
  ...ListQuery.properties,
  ...sortedBy(TEMPLATE_SORTS),
  search: Type.Optional(Type.String({ maxLength: 200 })),
});

const ByVersion = Type.Object({
  ...ById.properties,
  version: t.Integer({ minimum: 1, maximum: 2_147_483_647 }),
});

export function templatesApi(context: Context) {
  const { db } = context;
  const tags = ["Templates"];
  const read = "templates:read" as const;
  const write = "templates:write" as const;

  return new Elysia({ name: "templates-api", prefix: "/api/v1/templates" })
    .use(api(context))
    .get(
      "/",
      async ({ query }) => {
        const { order, page } = apiSorted(query, TEMPLATE_SORTS);
        const { templates } = await listTemplates(db, query.search ?? "", order, page);
        return listAnswer(templates, view);
      },
      {
        permission: read,
        query: TemplateList,
        response: { 200: ListOf(TemplateView) },
        detail: { summary: "List templates, the newest first unless sorted otherwise", tags },
      },
    )
    .post(
      "/",
      async ({ body, actor, status }) => {
        const created = await createTemplate(db, body, actor.name);
        if (created.kind === "refused") throw refusal(created);
        return status(201, view(found(await readTemplate(db, created.id))));
      },
      {
        permission: write,
        body: TemplateBody,
        response: { 201: TemplateView },
        detail: { summary: "Make a template", tags },
      },
    )
    .get("/:id", async ({ params }) => view(found(await readTemplate(db, params.id))), {
      permission: read,
      params: ById,
      response: { 200: TemplateView },
      detail: { summary: "Read a template with its newest version", tags },
    })
    .patch(
      "/:id",
      async ({ params, body: { version, ...changes }, actor }) => {
        const seen = version === undefined ? {} : { version };
        const saved = await saveTemplate(db, params.id, changes, actor.name, seen);
        switch (saved.kind) {
          case "unknown":
            throw new NotFoundError();
          case "refused":
            throw refusal(saved);
          case "changed meanwhile":
            throw new ConflictError(
              `Version ${saved.template.version} was saved by ${saved.template.saved_by} meanwhile. Read it, and make the change from there.`,
            );
          case "saved":
            return view(found(await readTemplate(db, params.id)));
        }
      },
      {
        permission: write,
        params: ById,
        body: TemplateChanges,
        response: { 200: TemplateView },
        detail: { summary: "Change a template; another source is its next version", tags },
      },
    )
    .delete(
      "/:id",
      async ({ params, status }) => {
        if (!(await deleteTemplate(db, params.id))) throw new NotFoundError();
        return status(204, undefined);
      },
      {
        permission: write,
        params: ById,
        response: { 204: Type.Undefined({ description: "Deleted" }) },
        detail: { summary: "Delete a template; what was launched keeps what it sent", tags },
      },
    )
    .get(
      "/:id/versions",
      async ({ params, query }) => {
        found(await readTemplate(db, params.id));
        return listAnswer(await listVersions(db, params.id, apiPage(query, "number")), versionView);
      },
      {
        permission: read,
        params: ById,
        query: ListQuery,
        response: { 200: ListOf(VersionView) },
        detail: { summary: "List the versions of a template, the newest first", tags },
      },
    )
    .get(
      "/:id/versions/:version",
      async ({ params }) => versionView(found(await readVersion(db, params.id, params.version))),
      {
        permission: read,
        params: ByVersion,
        response: { 200: VersionView },
        detail: { summary: "Read a version of a template", tags },
      },
    )
    .post(
      "/:id/render",
      async ({ params, body }) => {
        const template = found(await readTemplate(db, params.id));
        const rendering = await renderFor(db, template.name, template, body.contact_id);
        if (rendering === undefined)
          throw new InvalidInputError({ contact_id: "There is no such contact." });
        const { email = { subject: "", html: null, text: "" }, problems } = rendering;
        return { ...email, problems };
      },
      {
        permission: read,
        params: ById,
        body: RenderBody,
        response: { 200: RenderView },
        detail: { summary: "Show a template as a contact, or a sample, would get it", tags },
      },
    )
    .post(
      "/:id/test",
      async ({ params, body }) => {
        const template = found(await readTemplate(db, params.id));
        const sent = await sendTemplateTest(context, template, body);
        switch (sent.kind) {
          case "not ready":
            throw new ConflictError(sent.message);
          case "refused":
          case "unreachable":
            throw notAnswered(sent, TEST_UNKNOWN);
          case "answered": {
            const { outcome, message_id, detail } = sent;
            return {
              outcome,
              ...(message_id !== undefined && { message_id }),
              ...(detail !== undefined && { detail }),
            };
          }
        }
      },
      {
        permission: "campaigns:send",
        params: ById,
        body: TestBody,
        response: { 200: TestView },
        detail: { summary: "Send a template to one address, outside every campaign", tags },
      },
    );
}

/** All that keeps a source from being compiled, by the part it stands in. */
function refusal({ problems }: Refused): InvalidInputError {
  const errors: Record<string, string> = {};
  for (const { part, line, message } of problems)
    errors[part] ??= line === undefined ? message : `Line ${line}: ${message}`;
  return new InvalidInputError(errors);
}

function view(template: ListedTemplate | Template) {
  const { id, name, kind, subject, version, created_at, updated_at } = template;
  return {
    id,
    name,
    kind,
    subject,
    ...("body" in template && { body: template.body }),
    version,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}

function versionView(row: ListedVersion | VersionRow) {
  const { version, kind, subject, created_by, created_at } = row;
  return {
    version,
    kind,
    subject,
    ...("body" in row && { body: row.body }),
    created_by,
    created_at: created_at.toISOString(),
  };
}
