import type { Clock } from "@mailwright/platform";
import type { Queryable } from "../../db/open.ts";
import type { Identities } from "../../http/access.ts";
import { recogniseSession } from "./sessions.ts";
import { recogniseToken } from "./tokens.ts";

/** How `http/` recognises people and tokens. */
export function identitiesOf(db: Queryable, clock: Clock): Identities {
  return {
    bySession: (token) => recogniseSession(db, clock, token),
    byToken: (token) => recogniseToken(db, clock, token),
  };
}
