import type { Log } from "@mailwright/platform";
import type { SettingFault } from "../gateways/gateway.ts";
import { type SettingsKind, settingsKindOf } from "../gateways/kinds.ts";
import type { Outbound } from "../gateways/outbound.ts";
import { hostOf, placeOf } from "../gateways/server-address.ts";
import type { GatewayRecord } from "./gateway-records.ts";

/** How long a person waits for a name to be looked up. */
const PATIENCE_MS = 2_000;

/**
 * The servers that a change names and that gateways may not be at. One that stood there before is told of when it is connected
 * to; a name that nobody knows yet may be known tomorrow.
 */
export async function privateServers(
  { servers }: Pick<SettingsKind, "servers">,
  before: Record<string, string>,
  after: Record<string, string>,
  outbound: Outbound,
): Promise<SettingFault[]> {
  const known = new Set(servers(before).map(({ address }) => placeOf(address)));
  const named = servers(after).filter(({ address }) => !known.has(placeOf(address)));
  return (await refusedFields(named, outbound)).map((field) => ({
    field,
    message:
      "This host has no public address. Enter one that has, or start the email client with PRIVATE_GATEWAYS=allow.",
  }));
}

/** Says of the gateways that stand which are not connected to: they may be from before there was such a rule. */
export async function tellOfPrivateServers(
  records: readonly GatewayRecord[],
  outbound: Outbound,
  log: Log,
): Promise<void> {
  const tellOf = async ({ id, kind, settings }: GatewayRecord) => {
    const servers = settingsKindOf(kind, records)?.servers(settings) ?? [];
    for (const setting of await refusedFields(servers, outbound))
      log.warn(
        { gateway: id, setting },
        "a gateway's host has no public address, so it is not connected to: PRIVATE_GATEWAYS=allow lets it be",
      );
  };
  await Promise.all(records.map(tellOf));
}

async function refusedFields(
  servers: ReturnType<SettingsKind["servers"]>,
  outbound: Outbound,
): Promise<string[]> {
  if (outbound.anywhere) return [];
  const late = AbortSignal.timeout(PATIENCE_MS);
  const vetted = await Promise.all(
    servers
      .filter(({ address }) => address !== "")
      .map(async ({ field, address }) => ({
        field,
        ...(await outbound.vet(hostOf(address), late)),
      })),
  );
  return vetted.filter(({ kind }) => kind === "refused").map(({ field }) => field);
}
