import { type SQL, sql } from "drizzle-orm";

/** The address that an "email" goes to, in its canonical form. The email is a name in the query that this stands in. */
export function mailedAddress(): SQL {
  return sql`coalesce("email"."canonical_address", lower("email"."address"))`;
}
