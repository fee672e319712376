import type { Html } from "@mailwright/html";
import { Confirm } from "../../ui/dialog.tsx";
import { formatCount, formatPlural } from "../../ui/format.ts";
import type { OptOut } from "../segments/opt-outs.ts";
import type { Contact } from "./contacts.ts";
import type { Belongings } from "./erasure.ts";
import { titleOf } from "./names.ts";

export function DeleteConfirm(props: {
  csrf: string;
  contact: Contact;
  belongings: Belongings;
}): Html {
  const { contact, belongings } = props;
  return (
    <Confirm
      title={`Delete ${titleOf(contact)}?`}
      action={`/contacts/${contact.id}/delete`}
      csrf={props.csrf}
      cancel={`/contacts/${contact.id}`}
      confirm="Delete contact"
      danger
      consequences={consequencesOf(belongings, "Their name, address and attributes")}
    >
      {whatStays(belongings, contact.suppressed === null ? 0 : 1)}
    </Confirm>
  );
}

/** The same of several. They are named in the address of the page, so that it can be opened anew. */
export function DeleteSelectionConfirm(props: {
  csrf: string;
  contacts: readonly { id: string; email: string }[];
  belongings: Belongings;
  suppressed: number;
  action: string;
  cancel: string;
}): Html {
  const { contacts, belongings } = props;
  const words = formatPlural(contacts.length, "contact");
  return (
    <Confirm
      title={`Delete ${words}?`}
      action={props.action}
      csrf={props.csrf}
      cancel={props.cancel}
      confirm={`Delete ${words}`}
      danger
      consequences={[
        `${listed(contacts.map(({ email }) => email))}: names, addresses and attributes`,
        ...consequencesOf(belongings),
      ]}
    >
      {whatStays(belongings, props.suppressed)}
    </Confirm>
  );
}

/** The first few by name; nobody reads a hundred. */
function listed(emails: readonly string[]): string {
  const shown = emails.slice(0, 5).join(", ");
  return emails.length > 5 ? `${shown} and ${formatCount(emails.length - 5)} more` : shown;
}

function consequencesOf({ memberships, emails, waiting }: Belongings, first?: string): string[] {
  return [
    ...(first === undefined ? [] : [first]),
    ...(memberships > 0 ? [`${formatPlural(memberships, "membership")} in segments`] : []),
    ...(emails > 0 ? [`The address in ${formatPlural(emails, "email")} of campaigns`] : []),
    ...(waiting > 0
      ? [
          `${formatPlural(waiting, "email")} that ${waiting === 1 ? "waits" : "wait"} to be sent: skipped`,
        ]
      : []),
  ];
}

function whatStays({ emails, underWay }: Belongings, suppressed: number): string {
  const sentences = [
    emails > 0
      ? "The emails themselves stay counted in their campaigns."
      : "They were in no campaign, so nothing else changes.",
    underWay > 0 &&
      `${formatPlural(underWay, "email")} ${underWay === 1 ? "is" : "are"} with the gateway already and may still arrive.`,
    suppressed > 0 &&
      "That the address must not be mailed stays too, in case an import brings it back.",
    "This cannot be undone.",
  ];
  return sentences.filter((sentence) => sentence !== false).join(" ");
}

/** Before somebody is taken back into a segment that they have opted out of themselves. */
export function TakeBackConfirm(props: { csrf: string; contact: Contact; optOut: OptOut }): Html {
  const { contact, optOut } = props;
  return (
    <Confirm
      title={`Take ${titleOf(contact)} back into “${optOut.segment_name}”?`}
      action={`/contacts/${contact.id}/opt-outs/${optOut.segment_id}/lift`}
      csrf={props.csrf}
      cancel={`/contacts/${contact.id}`}
      confirm="Take back in"
      danger
    >
      They have opted out of it themselves. Take them back only if they have asked for it; the law
      of many countries wants proof of that. They are in it again wherever its rule finds them.
    </Confirm>
  );
}
