import { sql } from "drizzle-orm";
import { customType, timestamp, uuid } from "drizzle-orm/pg-core";

/** A UUID version 7 made by Postgres 18: keys grow at one end of their index, and sort by the time they were made. */
export const id = () =>
  uuid()
    .primaryKey()
    .default(sql`uuidv7()`);

export const moment = () => timestamp({ withTimezone: true, mode: "date" });

export const createdAt = () => moment().notNull().defaultNow();

/** Text that compares byte by byte, so that an index on it serves `LIKE 'prefix%'` and a keyset alike. */
export const bytewiseText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });
