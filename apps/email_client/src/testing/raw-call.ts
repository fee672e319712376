import { newId } from "@mailwright/platform";
import { contentHash, sign } from "@mailwright/protocol";
import { Redis } from "ioredis";
import { aGateway, SERVICE_KEY, type SetUp } from "./client.ts";
import { batch, content } from "./factories.ts";

/** One call as it goes over the wire. */
export interface Call {
  method: string;
  path: string;
  body?: string;
}

export interface Signing {
  at?: number;
  nonce?: string;
  key?: { id: string; bytes: Uint8Array<ArrayBuffer> };
  /** What the signature is for, where that is not what is sent. */
  signed?: Partial<Call>;
}

/** Makes a signed call and gives back what came. */
export async function call(
  { client }: { client: { url: string } },
  { method, path, body }: Call,
  signing: Signing = {},
) {
  const { at = Date.now(), nonce = crypto.randomUUID(), key = SERVICE_KEY, signed = {} } = signing;
  const response = await fetch(`${client.url}${path}`, {
    method,
    headers: sign({ method, path, body: body ?? "", ...signed }, key, at, nonce),
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === "" ? undefined : JSON.parse(text)) as Record<string, unknown> | undefined,
  };
}

/**
 * What lies in Redis and a call could have changed: not the nonces, what is counted to be looked at, nor what BullMQ, the
 * reporter and the beats keep for themselves.
 */
export async function state({
  redisUrl,
}: Pick<SetUp, "redisUrl">): Promise<Record<string, string>> {
  const redis = new Redis(redisUrl);
  const state: Record<string, string> = {};
  for (const key of (await redis.keys("*")).toSorted()) {
    if (
      /nonce|^mw:feedback|stalled-check|:events$|:marker$|:meta$|outbox$|:alive$|:mark:/.test(key)
    )
      continue;
    state[key] = (await redis.dumpBuffer(key))?.toString("base64") ?? "";
  }
  redis.disconnect();
  return state;
}

/** An id that nobody has. */
export const SOMEBODY = newId();

export const A_TEST_MESSAGE = {
  from: { name: "Shop", email: "shop@example.com" },
  to: { name: "Ann", email: "ann@example.com" },
  subject: "Hi",
  html: null,
  text: "Hi",
};

/** One of each call that changes something. */
export function callsThatChange(): Call[] {
  const wanted = content();
  const patch = { gateways: [aGateway(newId(), "https://mail.example.com/")] };
  return [
    { method: "PUT", path: `/v1/contents/${contentHash(wanted)}`, body: JSON.stringify(wanted) },
    { method: "POST", path: "/v1/batches", body: JSON.stringify(batch()) },
    { method: "PUT", path: `/v1/campaigns/${SOMEBODY}/control`, body: '{"state":"paused"}' },
    { method: "PATCH", path: "/v1/settings", body: JSON.stringify(patch) },
    { method: "POST", path: "/v1/settings/rewrap" },
    {
      method: "POST",
      path: `/v1/gateways/${SOMEBODY}/messages`,
      body: JSON.stringify(A_TEST_MESSAGE),
    },
  ];
}
