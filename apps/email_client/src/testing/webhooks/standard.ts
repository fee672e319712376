import { createHmac } from "node:crypto";
import type { WebhookRequest } from "../../gateways/webhook.ts";
import { type Forgery, jsonCall, NOW, OLD } from "./provider.ts";

/** A call signed by Standard Webhooks, or by Svix, with the bytes of a key. */
export function standardCall(
  body: unknown,
  prefix: "svix" | "webhook",
  key: Uint8Array,
  forgery?: Forgery,
): WebhookRequest {
  const text = JSON.stringify(body);
  const id = `msg_${Bun.hash(text).toString(36)}`;
  const timestamp = String(Math.floor((forgery === "old" ? OLD : NOW) / 1_000));
  const signature = createHmac("sha256", forgery === "other secret" ? "another" : key)
    .update(`${id}.${timestamp}.${text}`)
    .digest("base64");
  if (forgery === "unsigned") return jsonCall(text);
  return jsonCall(forgery === "other body" ? `${text} ` : text, {
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: timestamp,
    // While a secret is changed there are two.
    [`${prefix}-signature`]: `v1,${Buffer.alloc(32).toString("base64")} v1,${signature}`,
  });
}
