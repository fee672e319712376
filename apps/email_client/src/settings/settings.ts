import { newId } from "@mailwright/platform";
import {
  type GatewayView,
  ROUTE,
  type SettingsPatch,
  type SettingsView,
} from "@mailwright/protocol";
import { mailboxFailingSince } from "../feedback/feedback.ts";
import type { SettingFault } from "../gateways/gateway.ts";
import { adapterOf, gatewayKinds, isComplete } from "../gateways/kinds.ts";
import type { Outbound } from "../gateways/outbound.ts";
import { membersOf } from "../gateways/route.ts";
import { applyChange } from "./gateway-change.ts";
import { changeGateways, type GatewayRecord, readGateways } from "./gateway-records.ts";
import { standsAlready, overtaken } from "./overtaken.ts";
import type { Vault } from "./vault.ts";
import type { RedisClient } from "../redis/open.ts";

type BreakerState = GatewayView["breaker"];

/** Everything that may be seen of the gateways: never a secret, only which are set. */
export async function viewSettings(
  redis: RedisClient,
  breakerOf: (gateway: string) => BreakerState,
): Promise<SettingsView> {
  const records = await readGateways(redis);
  const failing = await Promise.all(records.map((record) => mailboxFailingSince(redis, record)));
  return {
    gateways: records.map((record, index) => ({
      ...viewOf(record, records, breakerOf(record.id)),
      ...(failing[index] !== undefined && { mailbox_failing_since: failing[index] }),
    })),
    kinds: gatewayKinds(records),
  };
}

function viewOf(
  record: GatewayRecord,
  records: readonly GatewayRecord[],
  breaker: BreakerState,
): GatewayView {
  const { id, version, name, kind, settings, sealed, rate_per_second } = record;
  const secrets = Object.keys(sealed.fields);
  return {
    id,
    version,
    name,
    kind,
    settings,
    ...(kind === ROUTE && { members: membersIn(record, records).map(({ id: member }) => member) }),
    secrets,
    rate_per_second,
    domain_rate_per_second: record.domain_rate_per_second ?? null,
    domain_rates: record.domain_rates ?? {},
    default: record.default,
    complete: canBeUsed(record, records),
    breaker,
  };
}

/** Whether everything that it needs is set; of a route, whether one of its gateways can be used. */
function canBeUsed(record: GatewayRecord, records: readonly GatewayRecord[]): boolean {
  const { kind, settings, sealed } = record;
  if (kind === ROUTE) return membersIn(record, records).some((one) => canBeUsed(one, []));
  const adapter = adapterOf(kind);
  return adapter !== undefined && isComplete(adapter, settings, Object.keys(sealed.fields));
}

/** The gateways of a route that there are. */
function membersIn(
  { settings }: GatewayRecord,
  records: readonly GatewayRecord[],
): GatewayRecord[] {
  const members = new Set(membersOf(settings).map(({ gateway }) => gateway));
  return records.filter(({ id, kind }) => members.has(id) && kind !== ROUTE);
}

/**
 * Carries out a change of gateways, all of it or none; the answer is everything that is wrong with it, if anything is. What
 * a patch leaves out stays: a secret that is not mentioned is kept, so no form ever has to carry one.
 */
export async function patchSettings(
  redis: RedisClient,
  vault: Vault,
  patch: SettingsPatch,
  outbound: Outbound,
): Promise<SettingFault[]> {
  const refusal = await changeGateways<SettingFault[]>(redis, async (records) => {
    const { standing, faults } = await patched(records, vault, patch, outbound);
    if (faults.length > 0) return { ok: false, refusal: faults };
    const wanted = withOneDefault(standing, patch);
    return {
      ok: true,
      changed: wanted.filter((record) => !records.includes(record)),
      removed: records.map(({ id }) => id).filter((id) => standing.every((one) => one.id !== id)),
    };
  });
  return refusal ?? [];
}

/** Everything that would be wrong with a change of gateways. Nothing is changed. */
export async function validateSettings(
  redis: RedisClient,
  vault: Vault,
  patch: SettingsPatch,
  outbound: Outbound,
): Promise<SettingFault[]> {
  return (await patched(await readGateways(redis), vault, patch, outbound)).faults;
}

/** The gateways as a patch would have them, and what is wrong with it by the paths of its fields. */
async function patched(
  records: readonly GatewayRecord[],
  vault: Vault,
  patch: SettingsPatch,
  outbound: Outbound,
): Promise<{ standing: GatewayRecord[]; faults: SettingFault[] }> {
  const standing = new Map(records.map((record) => [record.id, record]));
  const faults: SettingFault[] = [];
  for (const [index, change] of patch.gateways.entries()) {
    if (change.removed === true) {
      const route = routeWith(change.id, standing.values());
      if (route === undefined) standing.delete(change.id);
      else faults.push(inRoute(route, index));
      continue;
    }
    const before = standing.get(change.id);
    const after = await applyChange(vault, before, change, [...standing.values()], outbound);
    if (await standsAlready(vault, before, after)) continue;
    if (change.seen !== undefined && change.seen !== before?.version) faults.push(overtaken(index));
    else if (Array.isArray(after))
      faults.push(
        ...after.map((fault) => ({ ...fault, field: `gateways.${index}.${fault.field}` })),
      );
    else standing.set(after.id, after);
  }
  return { standing: [...standing.values()], faults };
}

function routeWith(gateway: string, records: Iterable<GatewayRecord>): GatewayRecord | undefined {
  return [...records].find(
    ({ kind, settings }) =>
      kind === ROUTE && membersOf(settings).some((member) => member.gateway === gateway),
  );
}

/** Emails on their way by the route may have been attempted through it, and only it can say what became of them. */
function inRoute({ name }: GatewayRecord, index: number): SettingFault {
  return {
    field: `gateways.${index}.removed`,
    message: `The route “${name}” goes through it: take it out of that first.`,
  };
}

/** Exactly one gateway is the default as soon as there is one: the one just chosen, else the one it was, else the first. */
function withOneDefault(records: GatewayRecord[], patch: SettingsPatch): GatewayRecord[] {
  const chosen = patch.gateways.findLast((change) => change.default === true)?.id;
  const standing = records.find((record) => record.default)?.id;
  const theDefault = records.find(({ id }) => id === chosen)?.id ?? standing ?? records[0]?.id;
  return records.map((record) =>
    record.default === (record.id === theDefault)
      ? record
      : { ...record, version: newId(), default: record.id === theDefault },
  );
}

/** Wraps every gateway's data key with the newest key. `unopened` names those that no configured key opens. */
export async function rewrapSecrets(
  redis: RedisClient,
  vault: Vault,
): Promise<{ rewrapped: number; unopened: string[] }> {
  let unopened: string[] = [];
  let changed: GatewayRecord[] = [];
  await changeGateways<never>(redis, async (records) => {
    unopened = [];
    changed = [];
    for (const record of records) {
      const sealed = await vault.rewrap(record.id, record.sealed);
      if (sealed === undefined) unopened.push(record.name);
      else changed.push({ ...record, version: newId(), sealed });
    }
    return { ok: true, changed, removed: [] };
  });
  return { rewrapped: changed.length, unopened };
}
