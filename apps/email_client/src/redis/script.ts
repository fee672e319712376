import type { RedisClient } from "./open.ts";

/** Registers a Lua script on a connection (sent once, then called by its hash) and gives a function that calls it. */
export function defineScript<Answer>(
  redis: RedisClient,
  name: string,
  lua: string,
): (keys: string[], args: (string | number)[]) => Promise<Answer> {
  redis.defineCommand(name, { lua });
  const call = (
    redis as unknown as Record<string, (...args: (string | number)[]) => Promise<Answer>>
  )[name];
  if (call === undefined) throw new Error(`the script ${name} was not defined`);
  return (keys, args) => call.call(redis, keys.length, ...keys, ...args);
}
