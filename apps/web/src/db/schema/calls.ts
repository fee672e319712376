import { integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, moment } from "./columns.ts";

/** What a POST with an Idempotency-Key was answered, so that its repetition gets the same answer. */
export const idempotencyKey = pgTable(
  "idempotency_key",
  {
    caller: text().notNull(),
    key: text().notNull(),
    /** HMAC-SHA256 of method, path and body (a file's kind until it was read) by a key of web's own: one Idempotency-Key is for one request. */
    request_hash: text().notNull(),
    /**
     * Null while the first call is under way; none of 2xx when it failed and nobody knows what was done; 410, without the
     * answer, once somebody whom it named was erased.
     */
    status: integer(),
    content_type: text(),
    body: text(),
    created_at: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.caller, table.key] })],
);

/** Nonces of signed service calls, for as long as a signature can be valid. */
export const serviceNonce = pgTable("service_nonce", {
  nonce: text().primaryKey(),
  expires_at: moment().notNull(),
});

/** Failed sign-ins by account and by address, so that guessing gets slower. */
export const signInThrottle = pgTable("sign_in_throttle", {
  subject: text().primaryKey(),
  failures: integer().notNull(),
  blocked_until: moment().notNull(),
});
