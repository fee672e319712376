import type { SettingFault } from "../gateways/gateway.ts";
import type { GatewayRecord } from "./gateway-records.ts";
import type { Vault } from "./vault.ts";

/**
 * Whether a change asks for what stands there already. One that came through, and is repeated because its answer was lost, does:
 * it undoes nothing of what may have come between, and the gateway keeps its version.
 */
export async function standsAlready(
  vault: Vault,
  before: GatewayRecord | undefined,
  after: GatewayRecord | SettingFault[],
): Promise<boolean> {
  if (before === undefined || Array.isArray(after)) return false;
  const [{ sealed: kept, ...one }, { sealed: wanted, ...other }] = [before, after];
  return (
    Bun.deepEquals({ ...one, version: "" }, { ...other, version: "" }) &&
    Bun.deepEquals(await vault.open(one.id, kept), await vault.open(other.id, wanted))
  );
}

const SEEN = /^gateways\.\d+\.seen$/;

export function overtaken(index: number): SettingFault {
  return {
    field: `gateways.${index}.seen`,
    message: "The gateway was changed or removed meanwhile. Look at it again.",
  };
}

/** Whether it is for the state of things that a change was refused, and not for what it asks for. */
export function isConflict(faults: readonly SettingFault[]): boolean {
  return faults.some(({ field }) => SEEN.test(field));
}
