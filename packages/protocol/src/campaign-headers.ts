import { Type } from "@sinclair/typebox";
import { line } from "./values.ts";

/** What web sets for all emails of a campaign. */
const CAMPAIGN_HEADERS = ["List-Id", "Feedback-ID", "Auto-Submitted", "Precedence"] as const;

/** Every header of an email of a campaign; the others are set by the email client, for each email. */
export const EMAIL_HEADERS = [
  "Message-ID",
  "List-Unsubscribe",
  "List-Unsubscribe-Post",
  ...CAMPAIGN_HEADERS,
] as const;

export type CampaignHeader = (typeof CAMPAIGN_HEADERS)[number];
export type EmailHeader = (typeof EMAIL_HEADERS)[number];

/** Headers by their names, as they go over the wire. */
export const Headers = Type.Record(Type.String({ pattern: "^[A-Za-z0-9-]{1,76}$" }), line(998));

/** Where a recipient can leave; it goes into the headers too, so it holds nothing that would end one. */
export const UnsubscribeUrl = Type.String({
  maxLength: 1_000,
  pattern: "^https?://[!#-;=?-~]+$",
});
