import type { Html } from "@mailwright/html";
import { Confirm } from "../../ui/dialog.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import type { Campaign } from "./campaigns.ts";
import { openOf } from "./standing.ts";

export function DeleteConfirm(props: { campaign: Campaign; csrf: string }): Html {
  const { campaign, csrf } = props;
  const { id, name, audience, state } = campaign;
  return (
    <Confirm
      title={`Delete “${name}”?`}
      action={`/campaigns/${id}/delete`}
      csrf={csrf}
      cancel={`/campaigns/${id}`}
      confirm="Delete campaign"
      danger
      consequences={
        state === "draft"
          ? []
          : [
              `${formatPlural(audience, "email")} of its ledger, with the whole history of each`,
              "its activity and the content it was launched with",
            ]
      }
    >
      {state === "draft"
        ? "It was never launched, so nothing else goes with it. Its template, segments and contacts stay."
        : "Nobody will be able to say any more who got it and who did not, and whoever got it can no longer unsubscribe by the link in it. Its template, segments and contacts stay."}
    </Confirm>
  );
}

export function CancelConfirm(props: { campaign: Campaign; csrf: string }): Html {
  const { campaign, csrf } = props;
  const { id, name, counts, state } = campaign;
  const launching = state === "launching";
  return (
    <Confirm
      title={launching ? `Take back the launch of “${name}”?` : `Cancel “${name}”?`}
      action={`/campaigns/${id}/cancel`}
      csrf={csrf}
      cancel={`/campaigns/${id}`}
      confirm={launching ? "Take it back" : "Cancel campaign"}
      danger={!launching}
    >
      {launching
        ? "Its audience is still being frozen, so nothing has been sent. It becomes a draft again."
        : `${formatPlural(counts.sent, "email was", "emails were")} accepted and cannot be called back. Of the ${formatCount(openOf(counts))} still open, those under way now end as they do; the others are not sent. A cancelled campaign cannot be resumed: to stop for a while, pause it.`}
    </Confirm>
  );
}

/** What is sent again: all of a campaign in these states, or those that were selected. */
export interface RequeueQuestion {
  states: readonly ("failed" | "uncertain")[];
  /** Ids of emails, when some were selected. */
  emails?: readonly string[] | undefined;
}

export function RequeueConfirm(props: {
  campaign: Campaign;
  csrf: string;
  question: RequeueQuestion;
  /** How many emails it comes to. */
  count: number;
  /** How many of them may have arrived before; `too long` when that could not be counted. */
  perhapsTwice: number | "too long";
  /** Where "no" leads. */
  cancel: string;
}): Html {
  const { campaign, question, count, perhapsTwice, csrf, cancel } = props;
  const { states } = question;
  const address = requeueAddress(campaign.id, question);
  const twice = perhapsTwice !== 0 || !states.includes("failed");
  return (
    <Confirm
      title={`Send ${formatPlural(count, `${states.join(" and ")} email`)} of “${campaign.name}” again?`}
      action={twice ? `${address}&perhaps_twice=true` : address}
      csrf={csrf}
      cancel={cancel}
      confirm={twice ? "Send again, even if some get it twice" : "Send them again"}
      danger={twice}
    >
      {whatBecomesTwice(question, count, perhapsTwice)}
    </Confirm>
  );
}

function whatBecomesTwice(
  { states }: RequeueQuestion,
  count: number,
  perhapsTwice: number | "too long",
): string {
  if (!states.includes("failed"))
    return "Nobody can tell whether the gateway accepted these, so some of these people may have the campaign already, and will get it a second time.";
  if (perhapsTwice === 0)
    return "The gateway did not accept these, so nobody gets the campaign twice. They start a new run with all their attempts; what was tried before stays in their history.";
  if (perhapsTwice === "too long")
    return "These are too many to look through now. The gateway may have accepted an earlier attempt of some of them: who has the campaign already will get it a second time.";
  if (perhapsTwice >= count)
    return "The gateway may have accepted an earlier attempt of these, so some of these people may have the campaign already, and will get it a second time.";
  return `The gateway may have accepted an earlier attempt of ${formatCount(perhapsTwice)} of these: who has the campaign already will get it a second time. It did not accept the others.`;
}

export function requeueAddress(id: string, { states, emails = [] }: RequeueQuestion): string {
  const query = new URLSearchParams();
  for (const state of states) query.append("states", state);
  for (const email of emails) query.append("email_ids", email);
  return `/campaigns/${id}/requeue?${query}`;
}
