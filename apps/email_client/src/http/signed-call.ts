import { problem, problemResponse } from "@mailwright/platform";
import { type Parsed, receive } from "@mailwright/protocol";
import type { Context } from "../context.ts";
import { nonceKey } from "../redis/keys.ts";

/** A megabyte holds everything but batches, contents and test messages. */
const DEFAULT_LIMIT = 1024 * 1024;

/**
 * Opens a signed call and answers it. `handle` sees only what was signed by web, is seen for the first time and has the
 * right shape; a plain object it returns becomes JSON.
 */
export async function signedCall<T>(
  { redis, config, clock }: Context,
  request: Request,
  parse: (value: unknown) => Parsed<T>,
  handle: (value: T) => Promise<Response | object>,
  limit = DEFAULT_LIMIT,
): Promise<Response> {
  const received = await receive(
    request,
    {
      keys: config.serviceKeys,
      now: () => clock.now(),
      rememberNonce: async (nonce, ttlMs) =>
        (await redis.set(nonceKey(nonce), "1", "PX", ttlMs, "NX")) === "OK",
    },
    limit,
    parse,
  );
  if (!received.ok) {
    const { status, title, ...rest } = received.refusal;
    return problemResponse(problem(status, title, rest));
  }
  const answer = await handle(received.value);
  return answer instanceof Response ? answer : Response.json(answer);
}
