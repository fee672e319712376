import type { Control } from "@mailwright/protocol";
import { controlKey, orderKey, type Shard } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import type { JournalCommands } from "./journal-commands.ts";

/** How long a control outlives the last look at it: no campaign stays paused that long and forgets that it is. */
const CONTROL_TTL_S = 90 * 86_400;

/** Sets what a campaign may do in every shard, unless a later order was heard there, and says what stands then. */
export async function setControl(
  scripts: JournalCommands,
  shards: readonly Shard[],
  campaign: string,
  { state, order = 0 }: Control,
): Promise<Required<Control>> {
  const standing = await Promise.all(
    shards.map(async (shard) => {
      const keys = [controlKey(shard, campaign), orderKey(shard, campaign)];
      const [stands, number] = await scripts.control(keys, [state, order, CONTROL_TTL_S]);
      return { state: stands, order: number };
    }),
  );
  // An order may not have reached all of them: the latest is what will be.
  return standing.reduce((latest, each) => (each.order > latest.order ? each : latest));
}

/** What a campaign may do. Asking keeps the answer for another while. */
export async function controlOf(
  redis: RedisClient,
  shard: Shard,
  campaign: string,
): Promise<Control["state"]> {
  const state = await redis.getex(controlKey(shard, campaign), "EX", CONTROL_TTL_S);
  return (state as Control["state"] | null) ?? "running";
}
