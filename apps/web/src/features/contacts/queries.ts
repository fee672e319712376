import { and, eq, getTableColumns, inArray, ne, sql } from "drizzle-orm";
import type { Queryable } from "../../db/open.ts";
import {
  attributeKey,
  contact,
  formerAddress,
  type suppression,
  tally,
} from "../../db/schema/contacts.ts";

/** What is kept of a person, and whether their address may be mailed. */
export interface Contact {
  id: string;
  email: string;
  canonical_email: string;
  name: string;
  first_name: string;
  last_name: string;
  attributes: Record<string, string | number | boolean | null>;
  created_at: Date;
  updated_at: Date;
  /** Changes whenever the contact does. */
  revision: string;
  /** Why the address must not be mailed; null when it may. */
  suppressed: (typeof suppression.$inferSelect)["reason"] | null;
}

const { shown_name: _sorted, sought_last_name: _sought, ...OWN_COLUMNS } = getTableColumns(contact);

/** What a contact is read by, from `contact` alone. */
const CONTACT_COLUMNS = {
  ...OWN_COLUMNS,
  revision: sql<string>`${contact.updated_at}::text`,
  // By name: of a column in a selection drizzle leaves out the table, and then it would be the suppression's own.
  suppressed: sql<Contact["suppressed"]>`(
    SELECT "suppression"."reason" FROM "suppression" WHERE "suppression"."canonical_email" = "contact"."canonical_email")`,
};

export type ContactRow = Omit<typeof contact.$inferInsert, "id" | "created_at" | "updated_at">;

export async function selectContact(db: Queryable, id: string): Promise<Contact | undefined> {
  const [row] = await db.select(CONTACT_COLUMNS).from(contact).where(eq(contact.id, id));
  return row;
}

/** The contact with its row locked until the transaction ends. */
export async function lockContact(tx: Queryable, id: string): Promise<Contact | undefined> {
  const [row] = await tx
    .select(CONTACT_COLUMNS)
    .from(contact)
    .where(eq(contact.id, id))
    .for("no key update");
  return row;
}

/** Which of some contacts there are, by address. */
export async function selectAddresses(
  db: Queryable,
  ids: readonly string[],
): Promise<{ id: string; email: string; suppressed: boolean }[]> {
  return db
    .select({
      id: contact.id,
      email: contact.email,
      suppressed: sql<boolean>`${CONTACT_COLUMNS.suppressed} IS NOT NULL`,
    })
    .from(contact)
    .where(inArray(contact.id, [...ids]))
    .orderBy(contact.canonical_email);
}

/** The contact of an address, if it is another than `except`. */
export async function idOfAddress(
  db: Queryable,
  canonical: string,
  except?: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ id: contact.id })
    .from(contact)
    .where(
      and(eq(contact.canonical_email, canonical), except ? ne(contact.id, except) : undefined),
    );
  return row?.id;
}

/** The new contact's id, or undefined when its address has a contact already. */
export async function insertContact(db: Queryable, row: ContactRow): Promise<string | undefined> {
  const [added] = await db
    .insert(contact)
    .values(row)
    .onConflictDoNothing({ target: contact.canonical_email })
    .returning({ id: contact.id });
  return added?.id;
}

export async function updateContact(tx: Queryable, id: string, row: ContactRow): Promise<void> {
  await tx
    .update(contact)
    // Not the time of the transaction: two that follow each other closely would leave one revision.
    .set({ ...row, updated_at: sql`clock_timestamp()` })
    .where(eq(contact.id, id));
}

/** Remembers an address that a contact had until now, in its canonical form. */
export async function rememberAddress(
  tx: Queryable,
  { id, canonical_email }: Pick<Contact, "id" | "canonical_email">,
): Promise<void> {
  await tx.insert(formerAddress).values({ contact_id: id, canonical_email }).onConflictDoNothing();
}

/** Remembers attribute keys for templates and rules. Keys are sorted, so that two who bring the same wait in one order. */
export async function rememberKeys(db: Queryable, keys: readonly string[]): Promise<void> {
  const known = await db
    .select({ key: attributeKey.key })
    .from(attributeKey)
    .where(inArray(attributeKey.key, [...keys]));
  const fresh = new Set(keys);
  for (const { key } of known) fresh.delete(key);
  if (fresh.size === 0) return;
  await db
    .insert(attributeKey)
    .values([...fresh].toSorted().map((key) => ({ key })))
    .onConflictDoNothing();
}

/** Every key that a contact ever had, in the order of the alphabet. */
export async function selectKeys(db: Queryable): Promise<string[]> {
  const rows = await db
    .select({ key: attributeKey.key })
    .from(attributeKey)
    .orderBy(attributeKey.key);
  return rows.map(({ key }) => key);
}

/** How many contacts there are, without counting them. */
export async function readTally(db: Queryable, name: "contact" | "suppression"): Promise<number> {
  const [row] = await db.select({ count: tally.count }).from(tally).where(eq(tally.name, name));
  return row?.count ?? 0;
}
