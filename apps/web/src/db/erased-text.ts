import { type SQL, sql } from "drizzle-orm";

/** What stands where the address of an erased person stood. */
export const ERASED = "(address erased)";

/** Whatever reads like an address: nobody knows theirs any more. Postgres and JavaScript read it alike. */
const LIKE_AN_ADDRESS = String.raw`[^\s<>(),;:"]+@[^\s<>(),;:"]+`;

/** What a server or gateway said of an email to somebody who was erased since, without any address in it. */
export function withoutAddresses(text: string): string {
  return text.replaceAll(new RegExp(LIKE_AN_ADDRESS, "g"), ERASED);
}

/** The same as an expression. */
export function withoutAddressesIn(text: SQL): SQL {
  return sql`regexp_replace(${text}, ${LIKE_AN_ADDRESS}, ${ERASED}, 'g')`;
}
