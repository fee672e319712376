import type { Control } from "@mailwright/protocol";
import claimLua from "./lua/claim.lua" with { type: "text" };
import controlLua from "./lua/control.lua" with { type: "text" };
import commitLua from "./lua/commit.lua" with { type: "text" };
import suppressLua from "./lua/suppress.lua" with { type: "text" };
import takeLua from "./lua/take.lua" with { type: "text" };
import type { RedisClient } from "../redis/open.ts";
import { defineScript } from "../redis/script.ts";

/**
 * What became of a batch that was handed over: written down, or `known` from before. `full`: the journal takes none now, for it
 * would pass the limit, or nobody knows yet what a Redis that was restarted has lost.
 */
export type Taking = "taken" | "known" | "full";

/** The journal's Lua scripts with the types of their answers. */
export interface JournalCommands {
  take(keys: string[], args: (string | number)[]): Promise<Taking | "dropped">;
  claim(
    keys: string[],
    args: (string | number)[],
  ): Promise<
    | null
    | [
        fence: number,
        campaign: string,
        content: string,
        gateway: string,
        recipients: string[],
        records: string[],
        suppressed: string[],
      ]
  >;
  commit(
    keys: string[],
    args: (string | number)[],
  ): Promise<
    (
      | "stale"
      | [control: Control["state"], refused: string[], conflicts: string[], suppressed: string[]]
    )[]
  >;
  control(
    keys: string[],
    args: (string | number)[],
  ): Promise<[state: Control["state"], order: number]>;
  suppress(keys: string[], args: (string | number)[]): Promise<string[]>;
}

export function commands(redis: RedisClient): JournalCommands {
  return {
    take: defineScript(redis, "mwTake", takeLua),
    claim: defineScript(redis, "mwClaim", claimLua),
    commit: defineScript(redis, "mwCommit", commitLua),
    control: defineScript(redis, "mwControl", controlLua),
    suppress: defineScript(redis, "mwSuppress", suppressLua),
  };
}
