/**
 * Who may do what. Every route names one of these permissions; every person and every token has one of these roles; and
 * this table is the only place where the two meet.
 */
export const ROLES = ["owner", "admin", "editor", "viewer"] as const;
export type Role = (typeof ROLES)[number];

const EVERYBODY: readonly Role[] = ROLES;
const WRITERS: readonly Role[] = ["owner", "admin", "editor"];
const ADMINS: readonly Role[] = ["owner", "admin"];
const OWNERS: readonly Role[] = ["owner"];

const GRANTS = {
  "contacts:read": EVERYBODY,
  "contacts:write": WRITERS,
  "segments:read": EVERYBODY,
  "segments:write": WRITERS,
  "templates:read": EVERYBODY,
  "templates:write": WRITERS,
  "campaigns:read": EVERYBODY,
  "campaigns:write": WRITERS,
  /** To launch, pause, cancel and requeue, and to send a test. */
  "campaigns:send": WRITERS,
  "settings:read": EVERYBODY,
  "settings:write": ADMINS,
  "gateways:read": EVERYBODY,
  "gateways:write": ADMINS,
  "accounts:manage": ADMINS,
  /** To make somebody an owner, or to change or remove one. */
  "owners:manage": OWNERS,
  "tokens:manage": ADMINS,
  "developer:read": EVERYBODY,
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof GRANTS;

/** Whether a role includes a permission. */
export function can({ role }: { role: Role }, permission: Permission): boolean {
  const granted: readonly Role[] = GRANTS[permission];
  return granted.includes(role);
}

export function isPermission(value: string): value is Permission {
  return value in GRANTS;
}

/** Whether whoever has the one role may hand out the other: nobody can give more than they have. */
export function mayGrant(giver: { role: Role }, role: Role): boolean {
  return ROLES.indexOf(giver.role) <= ROLES.indexOf(role);
}

export function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value);
}

export interface User {
  kind: "user";
  id: string;
  name: string;
  email: string;
  role: Role;
}

export interface Token {
  kind: "token";
  id: string;
  name: string;
  role: Role;
}

/** A person who is signed in, and the session they are signed in with. */
export interface SignedIn {
  user: User;
  session: { id: string; token: string };
  /** The only page (and what it posts to) that is open to them until they have done what it asks. */
  detour?: string;
}

/** No session lives longer than this, used or not. */
export const SESSION_MAX_AGE_S = 90 * 86_400;

/** How a request's credentials are recognised; the accounts feature does it. Both resolve to undefined for a stranger. */
export interface Identities {
  bySession(token: string): Promise<SignedIn | undefined>;
  byToken(token: string): Promise<Token | undefined>;
}
