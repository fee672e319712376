import { newId } from "@mailwright/platform";
import type { Redis } from "ioredis";
import { readGateways } from "./gateway-records.ts";
import { patchSettings } from "./settings.ts";
import type { Vault } from "./vault.ts";

/** A seed gateway that an installation begins with, so that it can be tried before anything is set up. */
export interface FirstGateway {
  url: string;
  username: string;
  password: string;
}

/** Set once the first gateway was made: whoever deletes it, or has another before, does not find it back. */
const OFFERED = "mw:first-gateway-offered";

/** Makes the first gateway, once in the life of this Redis and only while there is no other. True when it did. */
export async function offerFirstGateway(
  redis: Redis,
  vault: Vault,
  first: FirstGateway,
): Promise<boolean> {
  if ((await redis.set(OFFERED, "1", "NX")) !== "OK") return false;
  if ((await readGateways(redis)).length > 0) return false;
  const { url, username, password } = first;
  const fault = await patchSettings(redis, vault, {
    gateways: [
      {
        id: newId(),
        kind: "seed",
        name: "First gateway",
        settings: { url, username },
        secrets: { password },
        default: true,
      },
    ],
  });
  return fault === undefined;
}
