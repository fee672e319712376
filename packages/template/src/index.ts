export { type Compiled, compileEmail, compileSource } from "./compile.ts";
export {
  type Problem,
  TEMPLATE_KINDS,
  type TemplateContent,
  type TemplateKind,
  type TemplateSource,
} from "./content.ts";
export { MAX_BODY_LENGTH, MAX_SUBJECT_LENGTH } from "./engine.ts";
export { lintTemplate } from "./lint.ts";
export { oneLine } from "./one-line.ts";
export {
  type Common,
  createRenderer,
  MAX_RENDERED_SUBJECT,
  type Rendered,
  type Variables,
} from "./render.ts";
export { starterTemplates } from "./starters.ts";
export { CONTACT_FIELDS, type ContactRecord, contactVariables } from "./variables.ts";
