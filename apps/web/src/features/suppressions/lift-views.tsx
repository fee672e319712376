import type { Html } from "@mailwright/html";
import { Confirm } from "../../ui/dialog.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import { liftAddress } from "./lift-address.ts";
import { REASONS, type SuppressionReason } from "./reasons.ts";
import type { Suppression } from "./suppressions.ts";
import { isOwnWord } from "./words.ts";

/** The question before addresses are mailed again. What is answered is about the reasons that it names. */
export function LiftConfirm(props: {
  csrf: string;
  chosen: readonly Suppression[];
  back: string;
}): Html {
  const { chosen, back } = props;
  const reasons = REASONS.filter((each) => chosen.some(({ reason }) => reason === each));
  return (
    <Confirm
      title={`Mail ${who(chosen)} again?`}
      action={liftAddress({ ids: chosen.map(({ id }) => id), reasons, back })}
      csrf={props.csrf}
      cancel={back}
      confirm={chosen.length === 1 ? "Allow again" : `Allow ${formatCount(chosen.length)} again`}
      danger={reasons.some(isOwnWord)}
      consequencesLead="This is removed:"
      consequences={reasons.map((reason) => whatIsKnown(chosen, reason))}
    >
      {meaning(chosen)}
    </Confirm>
  );
}

function who(chosen: readonly Suppression[]): string {
  const [first] = chosen;
  return chosen.length === 1 && first !== undefined
    ? first.canonical_email
    : formatPlural(chosen.length, "address", "addresses");
}

/** What is forgotten of those with one reason. */
function whatIsKnown(chosen: readonly Suppression[], reason: SuppressionReason): string {
  const those = chosen.filter((each) => each.reason === reason);
  const [first] = those;
  if (those.length === 1 && first !== undefined) {
    const said = `The record that ${first.canonical_email} ${reason === "manual" ? "was added by hand" : reason}`;
    return chosen.length === 1 ? `${said}. Origin: ${first.origin}.` : said;
  }
  const addresses = listed(those.map(({ canonical_email }) => canonical_email));
  return `The record that ${who(those)} ${reason === "manual" ? "were added by hand" : reason}: ${addresses}`;
}

function meaning(chosen: readonly Suppression[]): string {
  const own = chosen.filter(({ reason }) => isOwnWord(reason)).length;
  if (own === 0)
    return `Campaigns that are launched from now on go to ${chosen.length === 1 ? "this address" : "these addresses"} again.`;
  const ask =
    "Allow it only if they have asked to hear from you again; the law of many countries wants proof of that.";
  if (chosen.length === 1) return ask;
  const which = own === chosen.length ? "All" : formatCount(own);
  return `${which} of them unsubscribed or complained. ${ask}`;
}

/** The first few; nobody reads a hundred. */
function listed(addresses: readonly string[]): string {
  const shown = addresses.slice(0, 5).join(", ");
  return addresses.length > 5 ? `${shown} and ${formatCount(addresses.length - 5)} more` : shown;
}
