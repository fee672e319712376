import type { Children, Html } from "@mailwright/html";
import { LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { SearchBox } from "../../ui/search-box.tsx";
import type { ContactChoice } from "./contact-choice.ts";

const FOUND_ID = "found-contacts";

/** Whom something is shown for, in a sentence. */
export function shownFor({ contact }: ContactChoice): Children {
  if (contact === undefined) return "As a sample contact would see it";
  return (
    <>
      {"As "}
      <a href={`/contacts/${contact.id}`}>{contact.email}</a>
      {" would see it"}
    </>
  );
}

/** A search for a contact to show something for: each one found leads to the same page with them chosen. */
export function ContactChooser(props: {
  choice: ContactChoice;
  action: string;
  /** What else the address says. */
  keep: Readonly<Record<string, string>>;
}): Html {
  const { choice, action, keep } = props;
  const { contact, search } = choice;
  return (
    <Card title="Shown for">
      <div class="stack">
        <div class="chosen-contact">
          <strong>{contact ? contact.name || contact.email : "A sample contact"}</strong>
          {contact && contact.name !== "" && <span class="small muted">{contact.email}</span>}
          {contact && (
            <LinkButton href={urlOf(action, keep)} size="sm" variant="ghost">
              Show for the sample
            </LinkButton>
          )}
        </div>
        <SearchBox
          action={action}
          label="Find a contact"
          value={search}
          region={`#${FOUND_ID}`}
          keep={{ ...keep, contact: contact?.id }}
        />
        <Found {...props} />
      </div>
    </Card>
  );
}

function Found(props: {
  choice: ContactChoice;
  action: string;
  keep: Readonly<Record<string, string>>;
}): Html {
  const { choice, action, keep } = props;
  return (
    <div id={FOUND_ID}>
      {choice.search !== "" &&
        (choice.found.length === 0 ? (
          <p class="small muted">
            Nobody's address or name begins so. Look for the beginning of one.
          </p>
        ) : (
          <ul class="found-contacts">
            {choice.found.map(({ id, email, name }) => (
              <li>
                <a href={urlOf(action, { ...keep, contact: id })}>
                  <span>{name || email}</span>
                  {name !== "" && <small>{email}</small>}
                </a>
              </li>
            ))}
          </ul>
        ))}
    </div>
  );
}

function urlOf(action: string, query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  return text === "" ? action : `${action}?${text}`;
}
