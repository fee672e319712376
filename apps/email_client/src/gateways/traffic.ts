import { type GatewayTraffic, type MinuteOfTraffic, OUTCOMES } from "@mailwright/protocol";
import { outcomesKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { readGateway } from "../settings/gateway-records.ts";
import { slowedTo } from "./allowance.ts";
import { ALL, endOf, limitOf, readSlowdown, type Slowed } from "./slowdown.ts";
import { KEPT_MINUTES } from "./tally.ts";

const MINUTE_MS = 60_000;

/** How a gateway fares, over all workers; undefined when there is none. */
export async function readTraffic(
  redis: RedisClient,
  gateway: string,
  now: number,
): Promise<GatewayTraffic | undefined> {
  const record = await readGateway(redis, gateway);
  if (record === undefined) return undefined;
  const [{ all, domains }, minutes] = await Promise.all([
    readSlowdown(redis, gateway, now),
    readMinutes(redis, gateway, now),
  ]);
  const slowed = [...(all ? [[ALL, all] as const] : []), ...domains].flatMap(([domain, one]) =>
    viewOf(domain, one, now),
  );
  return { at: now, rate_per_second: slowedTo(record.rate_per_second, all, now), slowed, minutes };
}

function viewOf(domain: string, slowed: Slowed, now: number): GatewayTraffic["slowed"] {
  const limit = limitOf(slowed, now);
  if (limit === undefined) return [];
  const rate_per_second = Number(limit.toPrecision(3));
  return [{ ...(domain !== ALL && { domain }), rate_per_second, until: endOf(slowed) }];
}

async function readMinutes(
  redis: RedisClient,
  gateway: string,
  now: number,
): Promise<MinuteOfTraffic[]> {
  const last = Math.floor(now / MINUTE_MS);
  const minutes = Array.from({ length: KEPT_MINUTES }, (_, index) => last - index).toReversed();
  const counted = await Promise.all(
    minutes.map(async (minute) => {
      const counts = await redis.hgetall(outcomesKey(gateway, minute));
      return { at: minute * MINUTE_MS, counts };
    }),
  );
  return counted
    .filter(({ counts }) => Object.keys(counts).length > 0)
    .map(({ at, counts }) => {
      const all = OUTCOMES.map((outcome) => [outcome, Number(counts[outcome] ?? 0)] as const);
      return { at, ...(Object.fromEntries(all) as Omit<MinuteOfTraffic, "at">) };
    });
}
