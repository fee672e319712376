import type { Clock } from "@mailwright/platform";
import { answeredSoon } from "../../db/away.ts";
import type { Queryable } from "../../db/open.ts";
import type { Identities } from "../../http/access.ts";
import { recogniseSession } from "./sessions.ts";
import { recogniseToken } from "./tokens.ts";

/** How `http/` recognises people and tokens. */
export function identitiesOf(db: Queryable, clock: Clock): Identities {
  return {
    bySession: (token) => answeredSoon(recogniseSession(db, clock, token)),
    byToken: (token) => answeredSoon(recogniseToken(db, clock, token)),
  };
}
