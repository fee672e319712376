/**
 * The states of a campaign, in the order of its life: draft -> launching (the audience is being frozen) -> sending <->
 * paused -> finished, or from any of the middle three cancelling -> cancelled.
 */
export const CAMPAIGN_STATES = [
  "draft",
  "launching",
  "sending",
  "paused",
  "cancelling",
  "cancelled",
  "finished",
] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

/** What happens to a campaign as a whole. */
export const CAMPAIGN_ACTIONS = [
  "created",
  "changed",
  "launched",
  "paused",
  "resumed",
  "cancelled",
  "requeued",
] as const;
export type CampaignAction = (typeof CAMPAIGN_ACTIONS)[number];

/** What can become known of an email after it was sent. */
export const EMAIL_FACT_KINDS = [
  "unsubscribed",
  "left segments",
  "resubscribed",
  "delivered",
  "bounced",
  "complained",
] as const;
export type EmailFactKind = (typeof EMAIL_FACT_KINDS)[number];
