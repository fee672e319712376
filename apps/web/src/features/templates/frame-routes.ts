import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { starterTemplates, TEMPLATE_KINDS } from "@mailwright/template";
import type { Context } from "../../context.ts";
import { found } from "../../http/faults.ts";
import { oneOf, parseQuery } from "../../http/forms.ts";
import { foreignDocument } from "../../http/html.ts";
import { ById } from "../../http/params.ts";
import { pages } from "../../http/pages.tsx";
import { ShownQuery, typedSource } from "./forms.ts";
import { type Rendering, renderFor, renderForSomebody } from "./rendering.ts";
import { readTemplate, readVersion } from "./templates.ts";

const ByKind = Type.Object({ kind: oneOf(TEMPLATE_KINDS) });

/**
 * Emails as documents of their own, to be framed: somebody else's markup, in an origin that knows nobody, with a policy
 * under which nothing runs.
 */
export function templateFrames(context: Context) {
  const { db } = context;
  return new Elysia({ name: "template-frames", prefix: "/templates" })
    .use(pages(context))
    .get(
      "/:id/frame",
      async ({ params, request }) => {
        const template = found(await readTemplate(db, params.id));
        const { contact, version } = parseQuery(ShownQuery, request);
        const source =
          version === undefined ? template : found(await readVersion(db, params.id, version));
        return emailDocument(await renderForSomebody(db, template.name, source, contact));
      },
      { permission: "templates:read", params: ById },
    )
    .get(
      "/starters/:kind",
      async ({ params }) => {
        const { name, ...source } = starterTemplates[params.kind];
        return emailDocument(found(await renderFor(db, name, source)));
      },
      { permission: "templates:read", params: ByKind },
    )
    .post(
      "/preview",
      async ({ form }) =>
        emailDocument(found(await renderFor(db, form.get("name") ?? "", typedSource(form)))),
      { permission: "templates:write" },
    );
}

function emailDocument({ email, problems }: Rendering): Response {
  if (email === undefined)
    return plainDocument(`It cannot be shown. ${problems[0]?.message ?? ""}`);
  return email.html === null ? plainDocument(email.text) : foreignDocument(email.html);
}

/** A text that has no markup of its own, on lines as it has them. */
function plainDocument(text: string): Response {
  return foreignDocument(
    `<!doctype html><meta charset="utf-8"><title>Email</title><style>:root{color-scheme:light dark}body{margin:24px}pre{font:15px/1.6 ui-sans-serif,system-ui,sans-serif;white-space:pre-wrap;overflow-wrap:anywhere}</style><pre>${Bun.escapeHTML(text)}</pre>`,
  );
}
