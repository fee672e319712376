import type { Identities } from "../../http/access.ts";
import { recogniseSession } from "./sessions.ts";
import { recogniseToken } from "./tokens.ts";
import type { UseContext } from "./use.ts";

/** How `http/` recognises people and tokens. */
export function identitiesOf(context: UseContext): Identities {
  return {
    bySession: (token) => recogniseSession(context, token),
    byToken: (token) => recogniseToken(context, token),
  };
}
