import type { Html } from "@mailwright/html";
import { EmailBadge } from "../../ui/badge.tsx";
import type { Column } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import type { Email, Recipient } from "../emails/emails.ts";
import { FACT_LOOKS, tellingOf } from "../emails/fact-words.ts";
import type { EmailFact } from "../emails/facts.ts";
import { reasonOf } from "../emails/reasons.ts";

/** What a row says of an email: who, how it stands, why, how often it was tried. */
export function recipientColumns({
  contacts,
  facts,
  now,
}: {
  contacts: ReadonlyMap<string, Recipient>;
  /** What became known of them, by id, when they are listed by that. */
  facts: ReadonlyMap<string, EmailFact>;
  now: number;
}): Column<Email>[] {
  return [
    {
      label: "Recipient",
      primary: true,
      cell: ({ address: to }) => (to === "" ? <span class="muted">Erased</span> : to),
    },
    {
      label: "Contact",
      wide: true,
      cell: ({ contact_id }) => {
        const contact = contacts.get(contact_id);
        return contact === undefined ? (
          <span class="muted">Deleted</span>
        ) : (
          <a href={`/contacts/${contact.id}`}>{contact.name || "Contact"}</a>
        );
      },
    },
    { label: "State", cell: ({ state }) => <EmailBadge state={state} /> },
    {
      label: "Why",
      cell: (email) => {
        const fact = facts.get(email.id);
        return fact === undefined ? <Why email={email} now={now} /> : <WhatBecame fact={fact} />;
      },
    },
    { label: "Attempts", align: "end", cell: ({ attempt }) => attempt },
    {
      label: "Changed",
      align: "end",
      wide: true,
      cell: ({ changed_at }) => <Time at={changed_at} now={now} />,
    },
  ];
}

/** What became known of it, by which it is listed, and what was told of that. */
function WhatBecame({ fact }: { fact: EmailFact }): Html {
  const telling = tellingOf(fact);
  return (
    <span class="two-lines">
      <span>{FACT_LOOKS[fact.kind].plural}</span>{" "}
      {telling !== "" && <span class="muted small said">{telling}</span>}
    </span>
  );
}

/** The reason in words, what the gateway said, and when it is tried again. */
function Why(props: { email: Email; now: number }): Html | null {
  const { email, now } = props;
  const reason = reasonOf(email);
  if (reason === "") return null;
  const said = email.state === "skipped" ? null : email.error_detail;
  return (
    <span class="two-lines">
      <span>
        {reason}
        {email.state === "retrying" && email.due_at && (
          <>
            {"; next attempt "}
            <Time at={email.due_at} now={now} />
          </>
        )}
      </span>{" "}
      {said && <span class="muted small said">{said}</span>}
    </span>
  );
}
