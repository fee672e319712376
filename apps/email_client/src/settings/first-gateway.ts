import { ConfigError, newId } from "@mailwright/platform";
import type { SettingFault } from "../gateways/gateway.ts";
import { ANYWHERE } from "../gateways/outbound.ts";
import { applyChange } from "./gateway-change.ts";
import { changeGateways } from "./gateway-records.ts";
import type { Vault } from "./vault.ts";
import { firstGatewayOfferedKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";

/** A seed gateway that an installation begins with, so that it can be tried before anything is set up. */
export interface FirstGateway {
  url: string;
  username: string;
  password: string;
  /** So that whoever stands in for its service knows where to tell what becomes of emails. */
  id?: string;
  webhookSecret?: string;
}

/**
 * Makes the first gateway, once in the life of this Redis and only while there is no other. True when it did. One that nobody
 * could set up by hand either is a fault of the configuration, told at the start and not passed over.
 */
export async function offerFirstGateway(
  redis: RedisClient,
  vault: Vault,
  { url, username, password, id = newId(), webhookSecret }: FirstGateway,
): Promise<boolean> {
  if ((await redis.exists(firstGatewayOfferedKey)) === 1) return false;
  const refusal = await changeGateways<SettingFault[] | "there is one">(redis, async (records) => {
    if (records.length > 0) return { ok: false, refusal: "there is one" };
    const gateway = {
      id,
      kind: "seed",
      name: "First gateway",
      settings: { url, username },
      secrets: { password, ...(webhookSecret !== undefined && { webhook_secret: webhookSecret }) },
      default: true,
    };
    // It is the operator's word: made wherever it is, and connected to by the rule of all others.
    const made = await applyChange(vault, undefined, gateway, [], ANYWHERE);
    return Array.isArray(made)
      ? { ok: false, refusal: made }
      : { ok: true, changed: [made], removed: [] };
  });
  if (Array.isArray(refusal))
    throw new ConfigError(
      refusal.map(({ field, message }) => `FIRST_GATEWAY_*, ${field}: ${message}`),
    );
  // Set last: after a crash before this line, the next start looks whether the gateway exists.
  await redis.set(firstGatewayOfferedKey, "1");
  return refusal === undefined;
}
