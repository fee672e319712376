import type { Queryable } from "../../db/open.ts";
import { can, type Permission, type Role, type User } from "../../http/access.ts";
import { selectHeldUser } from "./queries.ts";

/**
 * What role somebody has who would use a permission, held until the transaction ends; undefined for whoever was removed
 * since their request was let in, or has the permission no longer. Power that is given away outlives its giver, so it is
 * judged by this and not by what the request began with.
 */
export async function standingOf(
  tx: Queryable,
  by: User,
  permission: Permission,
): Promise<{ role: Role } | undefined> {
  const now = await selectHeldUser(tx, by.id);
  return now !== undefined && can(now, permission) ? now : undefined;
}
