import type { Database, Queryable } from "../../db/open.ts";
import { codeOf, UNIQUE_VIOLATION } from "../../db/sqlstate.ts";
import { type ParsedAddress, parseAddress } from "./address.ts";
import { type Attributes, checkAttributes, sizeFault } from "./attributes.ts";
import { oneLine } from "./one-line.ts";
import {
  type Contact,
  idOfAddress,
  insertContact,
  lockContact,
  readTally,
  rememberAddress,
  rememberKeys,
  selectAddresses,
  selectContact,
  selectKeys,
  updateContact,
} from "./queries.ts";

export type { Contact } from "./queries.ts";

/** What a person types or a program sends of a contact. */
export interface ContactDetails {
  email: string;
  name: string;
  first_name: string;
  last_name: string;
  /** Values are texts, finite numbers, booleans, or null for none. */
  attributes: Readonly<Record<string, unknown>>;
}

/** Messages by field: `email`, `attributes.city`, or `attributes` for all of them together. */
export type ContactFaults = Record<string, string>;

type Refused = { kind: "refused"; faults: ContactFaults };
/** The address belongs to a contact already: this one. */
type Duplicate = { kind: "duplicate"; id: string };

export async function readContact(db: Queryable, id: string): Promise<Contact | undefined> {
  return selectContact(db, id);
}

/** Those of some contacts that there are, by address. */
export function readAddresses(
  db: Queryable,
  ids: readonly string[],
): Promise<{ id: string; email: string; suppressed: boolean }[]> {
  return selectAddresses(db, ids);
}

/** How many contacts there are. */
export function countContacts(db: Queryable): Promise<number> {
  return readTally(db, "contact");
}

/** Every attribute key that a contact ever had, in the order of the alphabet. */
export function readAttributeKeys(db: Queryable): Promise<string[]> {
  return selectKeys(db);
}

/** Keeps attribute keys known from now on; contacts may get them. */
export function registerKeys(db: Queryable, keys: readonly string[]): Promise<void> {
  return keys.length === 0 ? Promise.resolve() : rememberKeys(db, keys);
}

export async function addContact(
  db: Database,
  details: ContactDetails,
): Promise<{ kind: "added"; contact: Contact } | Refused | Duplicate> {
  const checked = check(details, {});
  if (!checked.ok) return { kind: "refused", faults: checked.faults };
  return db.transaction(async (tx) => {
    const id = await insertContact(tx, checked.row);
    if (id === undefined) return duplicateOf(tx, checked.row.canonical_email);
    await registerKeys(tx, Object.keys(checked.row.attributes));
    return { kind: "added", contact: await certain(tx, id) };
  });
}

/**
 * Changes a contact; what is left out stays. Attributes that are given are merged into those it has, and one without a
 * value goes; with `replace` they are all it has. `seen` is the revision the editor had before them: should the contact
 * have changed since, nothing is done.
 */
export async function changeContact(
  db: Database,
  id: string,
  changes: Partial<ContactDetails>,
  { replace = false, seen }: { replace?: boolean; seen?: string } = {},
): Promise<
  | { kind: "changed"; contact: Contact }
  | { kind: "missing" }
  | { kind: "changed meanwhile"; contact: Contact }
  | Refused
  | Duplicate
> {
  const email = changes.email;
  try {
    return await db.transaction(async (tx) => {
      const now = await lockContact(tx, id);
      if (now === undefined) return { kind: "missing" };
      if (seen !== undefined && seen !== now.revision)
        return { kind: "changed meanwhile", contact: now };
      const before = replace && changes.attributes ? {} : now.attributes;
      const checked = check({ ...now, attributes: {}, ...changes }, before);
      if (!checked.ok) return { kind: "refused", faults: checked.faults };
      const other = await idOfAddress(tx, checked.row.canonical_email, id);
      if (other !== undefined) return { kind: "duplicate", id: other };
      await updateContact(tx, id, checked.row);
      if (checked.row.canonical_email !== now.canonical_email) await rememberAddress(tx, now);
      await registerKeys(tx, Object.keys(checked.row.attributes));
      return { kind: "changed", contact: await certain(tx, id) };
    });
  } catch (error) {
    // Somebody took the address between the look and the update.
    if (codeOf(error) !== UNIQUE_VIOLATION || email === undefined) throw error;
    return duplicateOf(db, canonicalOf(parseAddress(email)));
  }
}

type Checked =
  | {
      ok: true;
      row: Omit<ContactDetails, "attributes"> & {
        canonical_email: string;
        attributes: Attributes;
      };
    }
  | { ok: false; faults: ContactFaults };

/** What is to be kept of some details, on top of the attributes that are there; or what is wrong with them. */
function check(details: ContactDetails, before: Attributes): Checked {
  const address = parseAddress(details.email);
  const { kept, blank, faults: wrong } = checkAttributes(details.attributes);
  const attributes = { ...before, ...kept };
  for (const key of blank) delete attributes[key];
  const tooMuch = sizeFault(attributes);
  const faults: ContactFaults = {
    ...(!address.ok && { email: address.message }),
    ...Object.fromEntries(Object.entries(wrong).map(([key, text]) => [`attributes.${key}`, text])),
    ...(tooMuch !== undefined && { attributes: tooMuch }),
  };
  if (!address.ok || Object.keys(faults).length > 0) return { ok: false, faults };
  return {
    ok: true,
    row: {
      email: address.email,
      canonical_email: address.canonical,
      name: oneLine(details.name),
      first_name: oneLine(details.first_name),
      last_name: oneLine(details.last_name),
      attributes,
    },
  };
}

async function duplicateOf(db: Queryable, canonical: string): Promise<Duplicate | Refused> {
  const id = await idOfAddress(db, canonical);
  return id === undefined
    ? { kind: "refused", faults: { email: "This address was just in use. Try again." } }
    : { kind: "duplicate", id };
}

function canonicalOf(address: ParsedAddress): string {
  return address.ok ? address.canonical : "";
}

async function certain(tx: Queryable, id: string): Promise<Contact> {
  const contact = await selectContact(tx, id);
  if (contact === undefined) throw new Error("a contact is gone that this transaction has locked");
  return contact;
}
