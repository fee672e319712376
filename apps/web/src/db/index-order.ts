import { type SQL, sql, type SQLWrapper } from "drizzle-orm";

/**
 * `column = value`, for a statement that is to go along an index that begins with the column, and names it first in its ORDER BY
 * for that. Of an equality Postgres knows that the column sorts nothing, and takes any index that has the rest of the order: for
 * the emails of one campaign by id it went along the ids of all campaigns, past 37,000 of them to the first one, and would have past
 * millions. An array of one value is an equality that it does not see through: 0.07 ms instead of 13. `value` has to have the
 * column's type.
 */
export function isOneOf(column: SQLWrapper, value: SQL): SQL {
  return sql`${column} = ANY(ARRAY[${value}])`;
}
