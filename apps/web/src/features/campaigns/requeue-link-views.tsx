import type { Html } from "@mailwright/html";
import type { ButtonVariant } from "../../ui/button.tsx";
import { ConfirmLink } from "../../ui/dialog.tsx";
import type { IconName } from "../../ui/icon.tsx";
import { requeueAddress } from "./confirm-views.tsx";

/** What may be sent again, by the picture that its links have. */
export const REQUEUE_ICONS = {
  failed: "rotate-ccw",
  uncertain: "circle-question-mark",
} as const satisfies Record<string, IconName>;

/** Leads to the question whether all of a campaign's emails in a state are sent again. */
export function RequeueLink(props: {
  campaign: string;
  state: keyof typeof REQUEUE_ICONS;
  /** How many, where the page does not say it elsewhere. */
  count?: string | undefined;
  variant?: ButtonVariant | undefined;
  size?: "sm" | "md" | undefined;
}): Html {
  const { campaign, state, count, variant, size } = props;
  return (
    <ConfirmLink
      href={requeueAddress(campaign, { states: [state] })}
      icon={REQUEUE_ICONS[state]}
      variant={variant}
      size={size}
    >
      {["Send", count, state, "again"].filter((word) => word !== undefined).join(" ")}
    </ConfirmLink>
  );
}
