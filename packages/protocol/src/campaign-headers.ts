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
