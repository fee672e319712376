import { createHash } from "node:crypto";
import type { WebhookReading, WebhookToken } from "../gateways/webhook.ts";
import { webhookTokenKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";

/** Clocks of two machines differ, and a token must not be forgotten while its signature is believed. */
const LONGER_MS = 60_000;

/** The reading of a body, unless its token came with another body before: then somebody who overheard that made this one. */
export async function heldToOneBody(
  redis: RedisClient,
  gateway: string,
  reading: WebhookReading,
  body: Uint8Array,
): Promise<WebhookReading> {
  if (reading.kind !== "facts" || reading.token === undefined) return reading;
  return (await isOfOneBody(redis, gateway, reading.token, body))
    ? reading
    : { kind: "forged", doubt: "signature", why: "Its token came with another body before." };
}

/**
 * Whether a token came to this gateway with no other body before. It remembers the first one, so that the provider may tell
 * the same again, and nobody who overheard it another thing. Both are digests of 16 bytes: there are as many as events.
 */
export async function isOfOneBody(
  redis: RedisClient,
  gateway: string,
  { value, believedMs }: WebhookToken,
  body: Uint8Array,
): Promise<boolean> {
  const key = webhookTokenKey(digest(`${gateway} ${value}`));
  const wanted = digest(body);
  const remembered = await redis.set(key, wanted, "PX", Math.ceil(believedMs) + LONGER_MS, "NX");
  return remembered === "OK" || (await redis.get(key)) === wanted;
}

function digest(of: string | Uint8Array): string {
  return createHash("sha256").update(of).digest().subarray(0, 16).toString("base64url");
}
