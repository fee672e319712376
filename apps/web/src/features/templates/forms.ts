import { type Static, Type } from "@sinclair/typebox";
import { ID_PATTERN } from "@mailwright/platform";
import { OUTCOMES } from "@mailwright/protocol";
import { MAX_BODY_LENGTH, MAX_SUBJECT_LENGTH, TEMPLATE_KINDS } from "@mailwright/template";
import { Changes, Input, Moment, oneOf, VERBATIM } from "../../http/forms.ts";
import { addressField } from "../contacts/address-field.ts";

const filled = (title: string, maxLength: number, blank: string) =>
  Type.String({
    title,
    maxLength,
    pattern: String.raw`^[^\r\n]*\S[^\r\n]*$`,
    error: (value: unknown) =>
      typeof value === "string" && value.length > maxLength
        ? `Use at most ${maxLength.toLocaleString("en-GB")} characters; these are ${value.length.toLocaleString("en-GB")}.`
        : blank,
  });

const name = filled("Name", 200, "Give it a name, on one line.");

const source = {
  kind: oneOf(TEMPLATE_KINDS, { title: "Kind", error: "Choose what it is written in." }),
  subject: filled(
    "Subject",
    MAX_SUBJECT_LENGTH,
    "Write a subject, on one line: an email needs one.",
  ),
  body: Type.String({
    title: "Body",
    maxLength: MAX_BODY_LENGTH,
    pattern: String.raw`\S`,
    error: (value: unknown) =>
      typeof value === "string" && value.length > MAX_BODY_LENGTH
        ? `Use at most ${MAX_BODY_LENGTH.toLocaleString("en-GB")} characters; these are ${value.length.toLocaleString("en-GB")}.`
        : "Write the email.",
    ...VERBATIM,
  }),
};

const Source = Input(source);
export const TemplateBody = Input({ name, ...source });

/** What an editor had before them when they began; blank for a new template. */
const seen = {
  revision: Type.String({ default: "", maxLength: 100 }),
  version: Type.Integer({ default: 0, minimum: 0, maximum: 2_147_483_647 }),
};
export const SeenForm = Input(seen);
export const TemplateForm = Input({ name, ...source, ...seen });

/** The source in a form that is still being written, whether it makes sense or not. */
export function typedSource(form: URLSearchParams): Static<typeof Source> {
  const kind = form.get("kind");
  return {
    kind: TEMPLATE_KINDS.find((each) => each === kind) ?? "html",
    subject: form.get("subject") ?? "",
    // Browsers end the lines of a form with CR LF.
    body: (form.get("body") ?? "").replaceAll("\r\n", "\n"),
  };
}

export const TemplateChanges = Input({
  ...Changes(TemplateBody).properties,
  version: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 2_147_483_647,
      description: "The version the change was made from: 409 when it is not the newest any more.",
    }),
  ),
});

/** What the list can be sorted by. */
export const TEMPLATE_SORTS = { newest: "id", name: "text", changed: "time" } as const;

export const TemplatesQuery = Type.Object({
  q: Type.String({ default: "", maxLength: 200 }),
  sort: oneOf(["name", "newest", "changed"], { default: "changed" }),
  direction: oneOf(["ascending", "descending"], { default: "descending" }),
});

/** What the template is shown for, how wide, and the contacts sought to show it for. */
export const ShownQuery = Type.Object({
  contact: Type.Optional(Type.String({ pattern: ID_PATTERN })),
  width: oneOf(["full", "phone"], { default: "full" }),
  q: Type.String({ default: "", maxLength: 300 }),
  version: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
});

/** What a new template begins with. */
export const StarterQuery = Type.Object({
  start: oneOf([...TEMPLATE_KINDS, "blank"], { default: "blank" }),
});

const orBlank = (error: string) =>
  Type.Union([Type.Literal(""), Type.String({ pattern: ID_PATTERN })], { default: "", error });

export const TestForm = Input({
  to: addressField("Send it to"),
  contact_id: orBlank("Choose a contact from the list."),
  gateway_id: orBlank("Choose a gateway from the list."),
});

export const RenderBody = Input({
  contact_id: Type.Optional(Type.String({ pattern: ID_PATTERN })),
});

export const TestBody = Input({
  to: addressField("To"),
  contact_id: Type.Optional(Type.String({ pattern: ID_PATTERN })),
  gateway_id: Type.Optional(Type.String({ pattern: ID_PATTERN })),
});

const kind = oneOf(TEMPLATE_KINDS);

export const TemplateView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind,
  subject: Type.String(),
  body: Type.Optional(Type.String({ description: "Left out in lists." })),
  version: Type.Integer(),
  created_at: Moment,
  updated_at: Moment,
});

export const VersionView = Type.Object({
  version: Type.Integer(),
  kind,
  subject: Type.String(),
  body: Type.Optional(Type.String({ description: "Left out in lists." })),
  created_by: Type.String(),
  created_at: Moment,
});

const Problem = Type.Object({
  severity: Type.String({ description: "An error keeps it from being sent, a warning does not." }),
  part: Type.String({ description: "subject or body" }),
  line: Type.Optional(Type.Integer()),
  message: Type.String(),
});

export const RenderView = Type.Object({
  subject: Type.String(),
  html: Type.Union([Type.String(), Type.Null()]),
  text: Type.String(),
  problems: Type.Array(Problem),
});

export const TestView = Type.Object({
  outcome: oneOf(OUTCOMES, { description: "What the gateway came to" }),
  message_id: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
});
