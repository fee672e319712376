import { timingSafeEqual } from "node:crypto";
import type { Paged, PageRequest } from "../../db/keyset.ts";
import type { Database, Queryable } from "../../db/open.ts";
import { mayGrant, type Role, type Token, type User } from "../../http/access.ts";
import { standingOf } from "./standing.ts";
import {
  countTokensOf,
  deleteToken,
  insertToken,
  selectToken,
  selectTokenPage,
  selectTokenWithHash,
  touchToken,
} from "./token-queries.ts";
import { noteUse, type UseContext } from "./use.ts";

/** How exactly the last use of a token is known; it saves a write a call. */
const TOUCH_MS = 60_000;

/** `mw_`, 48 bits that name it and 256 bits that prove it, in hex: one double click marks the whole of it. */
const TOKEN = /^mw_([0-9a-f]{12})_([0-9a-f]{64})$/;

export interface ListedToken {
  id: string;
  name: string;
  role: Role;
  created_by: string;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
}

export type MadeToken =
  { kind: "made"; id: string; token: string } | { kind: "beyond you" | "not allowed" };

/** Makes a token for somebody who is signed in, if they may hand out its role. */
export function createTokenBy(
  db: Database,
  by: User,
  given: { name: string; role: Role; expiresAt?: Date },
): Promise<MadeToken> {
  return db.transaction(async (tx): Promise<MadeToken> => {
    const standing = await standingOf(tx, by, "tokens:manage");
    if (standing === undefined) return { kind: "not allowed" };
    if (!mayGrant(standing, given.role)) return { kind: "beyond you" };
    return { kind: "made", ...(await createToken(tx, { ...given, createdBy: by.email })) };
  });
}

/**
 * Makes a token for the API. `token` is answered here and never again: of its secret only the SHA-256 is kept, which is
 * as good as a slow hash for 256 random bits. `createdBy` is the address of who made it, or "command line".
 */
export async function createToken(
  db: Queryable,
  given: { name: string; role: Role; createdBy: string; expiresAt?: Date },
): Promise<{ id: string; token: string }> {
  const id = randomHex(6);
  const secret = randomHex(32);
  await insertToken(db, {
    id,
    name: given.name,
    role: given.role,
    created_by: given.createdBy,
    secret_hash: hashOf(secret),
    expires_at: given.expiresAt ?? null,
  });
  return { id, token: `mw_${id}_${secret}` };
}

/** Whose call it is, by the token it brings; undefined for one that is not ours, was revoked or has run out. */
export async function recogniseToken(
  context: UseContext,
  given: string,
): Promise<Token | undefined> {
  const { db, clock } = context;
  const [, id, secret] = TOKEN.exec(given) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const row = await selectTokenWithHash(db, id);
  if (row === undefined || !isSame(hashOf(secret), row.secret_hash)) return undefined;
  const now = clock.now();
  if (row.expires_at !== null && row.expires_at.getTime() <= now) return undefined;
  if (row.last_used_at === null || now - row.last_used_at.getTime() > TOUCH_MS)
    await noteUse(context, touchToken(db, { id, now, unlessSince: now - TOUCH_MS }));
  return { kind: "token", id, name: row.name, role: row.role };
}

/** One page of the tokens, the newest first. */
export function listTokens(db: Queryable, page: PageRequest): Promise<Paged<ListedToken>> {
  return selectTokenPage(db, page);
}

export function readToken(db: Queryable, id: string): Promise<ListedToken | undefined> {
  return selectToken(db, id);
}

/** How many tokens somebody made. */
export function countTokens(db: Queryable, createdBy: string): Promise<number> {
  return countTokensOf(db, createdBy);
}

/** Ends a token at once; false when there is none. */
export function revokeToken(db: Queryable, id: string): Promise<boolean> {
  return deleteToken(db, id);
}

function randomHex(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("hex");
}

function hashOf(secret: string): string {
  return new Bun.CryptoHasher("sha256").update(secret).digest("hex");
}

function isSame(given: string, kept: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(kept);
  return a.length === b.length && timingSafeEqual(a, b);
}
