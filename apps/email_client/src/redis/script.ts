import type { RedisClient } from "./open.ts";

/**
 * A function that calls a Lua script, which is registered on the connection the first time (sent once, then called by its hash).
 */
export function defineScript<Answer>(
  redis: RedisClient,
  name: string,
  lua: string,
): (keys: string[], args: (string | number)[]) => Promise<Answer> {
  if (!(name in redis)) redis.defineCommand(name, { lua });
  const call = (
    redis as unknown as Record<string, (...args: (string | number)[]) => Promise<Answer>>
  )[name];
  if (call === undefined) throw new Error(`the script ${name} was not defined`);
  return (keys, args) => call.call(redis, keys.length, ...keys, ...args);
}
