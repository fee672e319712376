import type { Config } from "../config.ts";
import type { Seals } from "./seal.ts";

/** The part of the context that an answer to a stranger needs: no database. */
export interface OpenContext {
  config: Pick<Config, "webUrl">;
  seals: Seals;
}
