/** The kinds of source a marketer can write. What a kind becomes is decided in `compile.ts`, and nowhere else. */
export const TEMPLATE_KINDS = ["html", "markdown", "text"] as const;
export type TemplateKind = (typeof TEMPLATE_KINDS)[number];

/** What a marketer writes: Liquid in both parts. */
export interface TemplateSource {
  kind: TemplateKind;
  subject: string;
  body: string;
}

/** What is the same for every recipient: three Liquid sources, ready for `createRenderer`. Kind `text` has no html. */
export interface TemplateContent {
  subject: string;
  html: string | null;
  text: string;
}

/** One fault of a template source. `line` counts from 1; an error keeps the template from being sent, a warning does not. */
export interface Problem {
  severity: "error" | "warning";
  part: "subject" | "body";
  line?: number;
  message: string;
}
