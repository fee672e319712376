import type { Clock, Log } from "@mailwright/platform";
import type { ServiceClient } from "@mailwright/protocol";
import type { Database } from "../../db/open.ts";
import type { Links } from "../leaving/links.ts";

/** What the background work of dispatching needs. */
export interface DispatchContext {
  db: Database;
  clock: Clock;
  log: Log;
  emailClient: ServiceClient;
  links: Links;
}
