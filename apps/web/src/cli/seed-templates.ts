import { starterTemplates } from "@mailwright/template";
import type { Database } from "../db/open.ts";
import {
  createTemplate,
  saveTemplate,
  type Source,
  sourceOf,
} from "../features/templates/templates.ts";
import { templateNamed } from "./seed-queries.ts";

const LETTER = `# Hello {{ contact.first_name | default: "there" }}

Autumn is here, and so are **eleven new books**. Three of them in a sentence each:

- *The Lighthouse Keeper's Ledger*: every ship accounted for, and one that is not.
- *Salt Roads*: a cookbook that is really a map.
- *How Bridges Stay Up*: for whoever always wanted to know.

{% if contact.city %}We sent a box of them to our friends in {{ contact.city }}.{% endif %}

[See all eleven](https://example.com/autumn)
`;

const ORDER = `Hello {{ contact.first_name | default: "there" }},

you are with us since {{ contact.signed_up }}, on the plan "{{ contact.plan }}".
{% if contact.orders > 10 %}That makes {{ contact.orders }} orders: thank you. The next parcel travels free.
{% elsif contact.orders > 0 %}How did you like your last order? Just answer this email.
{% else %}Your first parcel travels free: https://example.com/first
{% endif %}
{{ sender.name }}
`;

/** The versions of each template of the demonstration, the oldest first; one of each kind. */
const TEMPLATES = {
  announcement: {
    name: "Announcement",
    versions: [
      starterTemplates.html,
      {
        ...starterTemplates.html,
        subject: "{{ contact.first_name | default: 'Hello' }}, your table is ready",
        body: starterTemplates.html.body.replace(
          "we have something new, and you are among the first to see it. Say here in two or three sentences what it is and what it does for the reader.",
          "our reading room opens on Saturday{% if contact.city %}, and there is a train from {{ contact.city }}{% endif %}. Tea is on us.",
        ),
      },
    ],
  },
  letter: {
    name: "Readers’ letter",
    versions: [
      { kind: "markdown", subject: "New on our shelves", body: LETTER },
      {
        kind: "markdown",
        subject: "{{ contact.first_name | default: 'Reader' }}, eleven new books",
        body: `${LETTER}\nUntil next month,\n{{ sender.name }}\n`,
      },
    ],
  },
  order: {
    name: "About your orders",
    versions: [
      { kind: "text", subject: "About your orders", body: ORDER },
      {
        kind: "text",
        subject:
          "{% if contact.orders > 0 %}About your orders{% else %}Your first parcel{% endif %}",
        body: ORDER,
      },
    ],
  },
} as const satisfies Record<string, { name: string; versions: readonly [Source, ...Source[]] }>;

/** The id of each template of the demonstration. */
export type TemplateIds = Record<keyof typeof TEMPLATES, string>;

/** Makes the templates that are not there yet, each with its versions. */
export async function addTemplates(
  db: Database,
  named: (name: string) => string,
  actor: string,
): Promise<TemplateIds> {
  const ids = {} as TemplateIds;
  for (const [key, { name, versions }] of Object.entries(TEMPLATES))
    ids[key as keyof TemplateIds] = await templateOf(db, named(name), versions, actor);
  return ids;
}

async function templateOf(
  db: Database,
  name: string,
  [first, ...later]: readonly [Source, ...Source[]],
  actor: string,
): Promise<string> {
  const existing = await templateNamed(db, name);
  if (existing !== undefined) return existing;
  const made = await createTemplate(db, { ...sourceOf(first), name }, actor);
  if (made.kind === "refused") throw refused(name);
  for (const version of later) {
    const saved = await saveTemplate(db, made.id, sourceOf(version), actor);
    if (saved.kind !== "saved") throw refused(name);
  }
  return made.id;
}

function refused(name: string): Error {
  return new Error(`the template “${name}” of the demonstration was refused`);
}
