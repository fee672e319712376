import type { Queryable } from "../../db/open.ts";
import { readContact } from "../contacts/contacts.ts";
import { listContacts } from "../contacts/listing.ts";
import { nameOf } from "../contacts/names.ts";

/** Somebody a template can be shown for. */
export interface Person {
  id: string;
  email: string;
  name: string;
}

/** Whom a template is shown for, and whom else somebody is looking for. */
export interface ContactChoice {
  /** Undefined for the sample. */
  contact: Person | undefined;
  search: string;
  found: Person[];
}

/** More than these nobody picks from. */
const MOST_FOUND = 8;

/** The chosen contact, and those whose address or name begins with `search`. A contact that is gone is not chosen. */
export async function readChoice(
  db: Queryable,
  contactId: string | undefined,
  search: string,
): Promise<ContactChoice> {
  const [contact, found] = await Promise.all([
    contactId === undefined ? undefined : readContact(db, contactId),
    search.trim() === ""
      ? []
      : listContacts(db, { search }, NEWEST, { limit: MOST_FOUND }).then(({ items }) => items),
  ]);
  return { contact: contact && personOf(contact), search, found: found.map(personOf) };
}

const NEWEST = { by: "added", direction: "descending" } as const;

type Named = Parameters<typeof nameOf>[0] & { id: string; email: string };

function personOf(contact: Named): Person {
  return { id: contact.id, email: contact.email, name: nameOf(contact) };
}
