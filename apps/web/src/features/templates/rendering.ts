import type { Content } from "@mailwright/protocol";
import {
  compileEmail,
  type ContactRecord,
  contactVariables,
  createRenderer,
  lintTemplate,
  type Problem,
} from "@mailwright/template";
import type { Queryable } from "../../db/open.ts";
import { readAttributeKeys, readContact } from "../contacts/contacts.ts";
import { contentSender, readSettings } from "../settings/settings.ts";
import { EXAMPLE_LINK } from "../leaving/links.ts";
import { sampleContact } from "./sample-contact.ts";
import type { Source } from "./templates.ts";

/** A template as one contact would get it, with everything that is wrong with it. */
export interface Rendering {
  /** The contact it is shown for; undefined for the sample. */
  contact: { id: string; email: string } | undefined;
  /** Undefined when it cannot be shown: the problems say why. */
  email: { subject: string; html: string | null; text: string } | undefined;
  problems: Problem[];
}

/**
 * Renders a source for a contact, or for a sample without one: exactly what would be sent, with the sender of the
 * settings, but for the link to unsubscribe, which is an example. Undefined for a contact that does not exist.
 */
export async function renderFor(
  db: Queryable,
  name: string,
  source: Source,
  contactId?: string,
  unsubscribeUrl: string = EXAMPLE_LINK,
): Promise<Rendering | undefined> {
  const [settings, attributes, chosen] = await Promise.all([
    readSettings(db),
    readAttributeKeys(db),
    contactId === undefined ? undefined : readContact(db, contactId),
  ]);
  if (contactId !== undefined && chosen === undefined) return undefined;
  const problems = lintTemplate(source, attributes);
  const contact = chosen && { id: chosen.id, email: chosen.email };
  const sender = contentSender(settings);
  const rendered = render(
    source,
    { name, sender, unsubscribeUrl },
    chosen ?? sampleContact(attributes),
  );
  return "reason" in rendered
    ? { contact, email: undefined, problems: withReason(problems, rendered.reason) }
    : { contact, email: rendered, problems };
}

/** The same, with the sample in the place of a contact that is gone. */
export async function renderForSomebody(
  db: Queryable,
  name: string,
  source: Source,
  contactId?: string,
): Promise<Rendering> {
  const rendering =
    (await renderFor(db, name, source, contactId)) ?? (await renderFor(db, name, source));
  if (rendering === undefined) throw new Error("the sample contact was not found");
  return rendering;
}

/** What is wrong with a source, errors first, as far as that can be said before somebody gets it. */
export async function checkSource(db: Queryable, source: Source): Promise<Problem[]> {
  return lintTemplate(source, await readAttributeKeys(db));
}

function render(
  source: Source,
  {
    name,
    sender,
    unsubscribeUrl,
  }: { name: string; sender: Content["sender"]; unsubscribeUrl: string },
  contact: ContactRecord,
): NonNullable<Rendering["email"]> | { reason: string } {
  const compiled = compileEmail(source);
  if (!compiled.ok) return { reason: "" };
  const rendered = createRenderer(compiled.content, { campaign: { name }, sender })(
    contactVariables(contact),
    unsubscribeUrl,
  );
  if (!rendered.ok) return { reason: rendered.reason };
  const { subject, html, text } = rendered;
  return { subject, html, text };
}

/** What goes wrong only for this contact is a problem of the template all the same. */
function withReason(problems: Problem[], reason: string): Problem[] {
  return reason === ""
    ? problems
    : [{ severity: "error", part: "body", message: reason }, ...problems];
}
