import { compileSource } from "../compile.ts";
import type { TemplateContent, TemplateSource } from "../content.ts";
import type { Limits } from "../engine.ts";
import { type Common, createRenderer, type Rendered, type Variables } from "../render.ts";

export const common: Common = {
  campaign: { name: "May" },
  sender: { name: "Shop & Co", email: "shop@example.com" },
};

/** What tests change about a template; the rest is html with a subject. */
export type Source = Partial<TemplateSource>;

export function compiled(source: Source): TemplateContent {
  const result = compileSource({ kind: "html", subject: "News", body: "", ...source });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.content;
}

export function rendererOf(source: Source, limits?: Limits): (contact: Variables) => Rendered {
  return createRenderer(compiled(source), common, limits);
}

/** Compiles and renders; fails the test if either does. */
export function rendered(source: Source, contact: Variables = {}) {
  const result = rendererOf(source)(contact);
  if (!result.ok) throw new Error(result.reason);
  return { subject: result.subject, html: result.html ?? "", text: result.text };
}
