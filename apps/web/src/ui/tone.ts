import type { CampaignState } from "../campaign-words.ts";
import type { IconName } from "../public/icons.ts";

/** The states of an email, in the order in which bars and legends list them. */
export const EMAIL_STATES_AS_SHOWN = [
  "sent",
  "sending",
  "queued",
  "retrying",
  "resolving",
  "uncertain",
  "failed",
  "skipped",
  "cancelled",
] as const;
export type EmailState = (typeof EMAIL_STATES_AS_SHOWN)[number];

/** A colour with a meaning, given as `data-tone`; it never stands without a word. */
export type Tone = EmailState | "neutral" | "accent" | "info" | "success" | "warning" | "danger";

export interface Look {
  tone: Tone;
  icon: IconName;
  label: string;
}

export const EMAIL_LOOKS: Readonly<Record<EmailState, Look>> = {
  queued: { tone: "queued", icon: "clock", label: "Queued" },
  sending: { tone: "sending", icon: "send", label: "Sending" },
  retrying: { tone: "retrying", icon: "rotate-ccw", label: "Retrying" },
  resolving: { tone: "resolving", icon: "hourglass", label: "Resolving" },
  sent: { tone: "sent", icon: "circle-check", label: "Sent" },
  failed: { tone: "failed", icon: "circle-x", label: "Failed" },
  skipped: { tone: "skipped", icon: "skip-forward", label: "Skipped" },
  cancelled: { tone: "cancelled", icon: "circle-slash", label: "Cancelled" },
  uncertain: { tone: "uncertain", icon: "circle-question-mark", label: "Uncertain" },
};

export const CAMPAIGN_LOOKS: Readonly<Record<CampaignState, Look>> = {
  draft: { tone: "neutral", icon: "circle-dashed", label: "Draft" },
  launching: { tone: "queued", icon: "hourglass", label: "Launching" },
  sending: { tone: "sending", icon: "send", label: "Sending" },
  paused: { tone: "warning", icon: "circle-pause", label: "Paused" },
  cancelling: { tone: "cancelled", icon: "hourglass", label: "Cancelling" },
  finished: { tone: "success", icon: "circle-check", label: "Finished" },
  cancelled: { tone: "cancelled", icon: "circle-slash", label: "Cancelled" },
};

/** The tones of banners, toasts and callouts. */
export type MessageTone = "info" | "success" | "warning" | "danger";

export const MESSAGE_ICONS: Readonly<Record<MessageTone, IconName>> = {
  info: "info",
  success: "circle-check",
  warning: "triangle-alert",
  danger: "circle-alert",
};
