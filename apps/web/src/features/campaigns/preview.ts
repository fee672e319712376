import type { Content } from "@mailwright/protocol";
import {
  compileEmail,
  type ContactRecord,
  contactVariables,
  createRenderer,
} from "@mailwright/template";
import type { Queryable } from "../../db/open.ts";
import { EXAMPLE_LINK } from "../leaving/links.ts";
import { audienceCondition } from "../segments/audience.ts";
import { contentSender, readSettings } from "../settings/settings.ts";
import { sampleContact } from "./audience-queries.ts";
import { type LaunchDraft, launchDraft } from "./launch-queries.ts";
import { firstRecipient, frozenContent } from "./preview-queries.ts";
import type { Campaign } from "./queries.ts";

/** An email of a campaign, filled in for one of its contacts. */
export type Preview =
  | {
      kind: "rendered";
      /** Whom it was filled in for. */
      contact: { id: string; email: string };
      subject: string;
      html: string | null;
      text: string;
    }
  /** There is nobody to fill it in for. */
  | { kind: "nobody" }
  /** The template cannot be filled in; `reason` says why. */
  | { kind: "faulty"; reason: string };

/** What everybody gets: as it was frozen, or of a draft as a launch would freeze it now. */
export interface CampaignContent {
  sender: { name: string; email: string; reply_to?: string };
  /** The subject as it was written. */
  subject: string;
  policy: Content["policy"] | undefined;
  preview: Preview;
}

/** What a campaign's recipients get. Undefined for a draft without a template. */
export async function readContent(
  db: Queryable,
  campaign: Campaign,
): Promise<CampaignContent | undefined> {
  const frozen =
    campaign.content_hash === null ? undefined : await frozenContent(db, campaign.content_hash);
  if (frozen !== undefined && campaign.state !== "draft") {
    const contact = await firstRecipient(db, campaign.id);
    const { sender, template, policy } = frozen;
    return { sender, subject: template.subject, policy, preview: filledIn(frozen, contact) };
  }
  const draft = await launchDraft(db, campaign.id);
  return draft?.template ? contentOfDraft(db, draft, draft.template) : undefined;
}

async function contentOfDraft(
  db: Queryable,
  { id, name, segments }: LaunchDraft,
  source: NonNullable<LaunchDraft["template"]>,
): Promise<CampaignContent> {
  const sender = contentSender(await readSettings(db));
  const { subject } = source;
  const compiled = compileEmail(source);
  if (!compiled.ok) {
    const reason = compiled.problems[0]?.message ?? "It cannot be read.";
    return { sender, subject, policy: undefined, preview: { kind: "faulty", reason } };
  }
  const contact =
    segments.length === 0 ? undefined : await sampleContact(db, audienceCondition(segments));
  const content = { campaign: { id, name }, template: compiled.content, sender };
  return { sender, subject, policy: undefined, preview: filledIn(content, contact) };
}

function filledIn(
  { template, campaign, sender }: Pick<Content, "template" | "campaign" | "sender">,
  contact: ContactRecord | undefined,
): Preview {
  if (contact === undefined) return { kind: "nobody" };
  const rendered = createRenderer(template, { campaign, sender })(
    contactVariables(contact),
    EXAMPLE_LINK,
  );
  if (!rendered.ok) return { kind: "faulty", reason: rendered.reason };
  const { subject, html, text } = rendered;
  return {
    kind: "rendered",
    contact: { id: contact.id, email: contact.email },
    subject,
    html,
    text,
  };
}
