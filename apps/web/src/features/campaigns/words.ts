import type { CampaignAction, CampaignState } from "../../campaign-words.ts";
import type { Campaign } from "./campaigns.ts";
import type { DraftPart } from "./revision.ts";

/** What a campaign in this state is doing, as a sentence that begins with "It". */
export function describeState(state: CampaignState): string {
  switch (state) {
    case "draft":
      return "It is a draft.";
    case "launching":
      return "It is being launched: its audience is being frozen.";
    case "sending":
      return "It was launched and is sending.";
    case "paused":
      return "It was launched and is paused.";
    case "cancelling":
      return "It is being cancelled.";
    case "cancelled":
      return "It was cancelled.";
    case "finished":
      return "It was launched and has finished.";
  }
}

/** Parts of what a draft sends to whom, as what somebody changed. */
export function describeParts(parts: readonly DraftPart[]): string {
  return new Intl.ListFormat("en-GB").format(parts.map((part) => PARTS[part]));
}

const PARTS: Readonly<Record<DraftPart, string>> = {
  draft: "the draft",
  template: "its template",
  segments: "a segment that it goes to",
  settings: "the settings",
  "default gateway": "the default gateway",
};

/** What the choice about an unknown outcome means, in a few words. */
export const WHEN_UNCERTAIN: Readonly<
  Record<Campaign["when_uncertain"], { label: string; meaning: string }>
> = {
  hold: {
    label: "Hold it back",
    meaning:
      "It becomes uncertain, is counted and shown, and is not sent again unless you say so. Nobody gets the campaign twice.",
  },
  resend: {
    label: "Rather twice than never",
    meaning:
      "It is sent again, as long as attempts are left. Nobody misses the campaign, but a few may get it twice.",
  },
};

/** Who did what to a campaign, as a sentence. */
export function describeActivity(
  action: CampaignAction,
  actor: string,
  detail: Readonly<Record<string, string | number>>,
): string {
  switch (action) {
    case "created":
      return `${actor} made the draft`;
    case "changed":
      return `${actor} changed the draft`;
    case "launched":
      return `${actor} launched it`;
    case "paused":
      return `${actor} paused it`;
    case "resumed":
      return `${actor} resumed it`;
    case "cancelled":
      return `${actor} cancelled it`;
    case "requeued":
      return `${actor} had ${detail["emails"] ?? "some"} emails sent again (${detail["states"] ?? "failed"})`;
  }
}
