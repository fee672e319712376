import { boolean, index, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, moment } from "./columns.ts";

// The four tables of better-auth's core; the property names are its own, the column names ours.

export const authUser = pgTable("auth_user", {
  id: uuid().primaryKey(),
  name: text().notNull(),
  email: text().notNull().unique("auth_user_email"),
  emailVerified: boolean("email_verified").notNull().default(false),
  image: text(),
  role: text({ enum: ["owner", "admin", "editor", "viewer"] })
    .notNull()
    .default("viewer"),
  /** Set by somebody else, so it opens one page only: the one that sets another. */
  passwordTemporary: boolean("password_temporary").notNull().default(false),
  createdAt: createdAt(),
  updatedAt: createdAt(),
});

export const authSession = pgTable(
  "auth_session",
  {
    id: uuid().primaryKey(),
    token: text().notNull().unique("auth_session_token"),
    userId: uuid("user_id")
      .notNull()
      .references(() => authUser.id, { onDelete: "cascade" }),
    expiresAt: moment().notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: createdAt(),
    updatedAt: createdAt(),
  },
  (table) => [index("auth_session_user").on(table.userId)],
);

export const authAccount = pgTable(
  "auth_account",
  {
    id: uuid().primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: uuid("user_id")
      .notNull()
      .references(() => authUser.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: moment(),
    refreshTokenExpiresAt: moment(),
    scope: text(),
    password: text(),
    createdAt: createdAt(),
    updatedAt: createdAt(),
  },
  (table) => [index("auth_account_user").on(table.userId)],
);

export const authVerification = pgTable("auth_verification", {
  id: uuid().primaryKey(),
  identifier: text().notNull(),
  value: text().notNull(),
  expiresAt: moment().notNull(),
  createdAt: createdAt(),
  updatedAt: createdAt(),
});

/** A token for the API: `mw_<id>_<secret>`, of which only a hash of the secret is kept. */
export const apiToken = pgTable("api_token", {
  id: text().primaryKey(),
  name: text().notNull(),
  role: text({ enum: ["owner", "admin", "editor", "viewer"] }).notNull(),
  secret_hash: text().notNull(),
  created_by: text().notNull(),
  created_at: createdAt(),
  last_used_at: moment(),
  expires_at: moment(),
});
