import type { GatewayView, SettingsPatch, SettingsView } from "@mailwright/protocol";
import type { Redis } from "ioredis";
import type { GatewayAdapter } from "../gateways/gateway.ts";
import { adapterOf, gatewayKinds } from "../gateways/kinds.ts";
import { type GatewayRecord, readGateways, writeGateways } from "./gateway-records.ts";
import type { Vault } from "./vault.ts";

export type BreakerState = GatewayView["breaker"];

/** Everything that may be seen of the gateways: never a secret, only which are set. */
export async function viewSettings(
  redis: Redis,
  breakerOf: (gateway: string) => BreakerState,
): Promise<SettingsView> {
  const records = await readGateways(redis);
  return {
    gateways: records.map((record) => viewOf(record, breakerOf(record.id))),
    kinds: gatewayKinds(),
  };
}

function viewOf(record: GatewayRecord, breaker: BreakerState): GatewayView {
  const { id, name, kind, settings, sealed, rate_per_second } = record;
  const secrets = Object.keys(sealed.fields);
  const isSet = (field: string) => secrets.includes(field) || (settings[field] ?? "") !== "";
  const complete = (adapterOf(kind)?.fields ?? []).every(
    ({ name: field, required }) => !required || isSet(field),
  );
  return {
    id,
    name,
    kind,
    settings,
    secrets,
    rate_per_second,
    default: record.default,
    complete,
    breaker,
  };
}

export type PatchOutcome = { ok: true } | { ok: false; field: string; message: string };

/**
 * Carries out a change of gateways, all of it or none. What a patch leaves out stays: a secret that is not mentioned is
 * kept, so no form ever has to carry one.
 */
export async function patchSettings(
  redis: Redis,
  vault: Vault,
  patch: SettingsPatch,
): Promise<PatchOutcome> {
  const existing = new Map((await readGateways(redis)).map((record) => [record.id, record]));
  const changed = new Map<string, GatewayRecord>();
  const removed: string[] = [];
  for (const [index, change] of patch.gateways.entries()) {
    if (change.removed === true) {
      removed.push(change.id);
      continue;
    }
    const before = changed.get(change.id) ?? existing.get(change.id);
    const after = await applyChange(vault, before, change);
    if ("message" in after)
      return { ok: false, field: `gateways.${index}.${after.field}`, message: after.message };
    changed.set(after.id, after);
  }
  const left = [...existing.values()].filter(({ id }) => !changed.has(id) && !removed.includes(id));
  for (const record of oneDefault([...left, ...changed.values()], patch))
    changed.set(record.id, record);
  await writeGateways(redis, [...changed.values()], removed);
  return { ok: true };
}

type Change = SettingsPatch["gateways"][number];

async function applyChange(
  vault: Vault,
  before: GatewayRecord | undefined,
  change: Change,
): Promise<GatewayRecord | { field: string; message: string }> {
  const kind = before?.kind ?? change.kind;
  const adapter = kind === undefined ? undefined : adapterOf(kind);
  if (adapter === undefined) return { field: "kind", message: "There is no gateway of this kind." };
  if (before !== undefined && change.kind !== undefined && change.kind !== before.kind) {
    return { field: "kind", message: "A gateway keeps its kind; add a new one instead." };
  }
  const stray = strayField(adapter, change);
  if (stray !== undefined)
    return { field: stray, message: "This kind of gateway has no such setting." };
  const kept = before === undefined ? {} : await vault.open(before.id, before.sealed);
  if (kept === undefined && change.secrets === undefined) {
    return {
      field: "secrets",
      message: "The stored secrets cannot be opened with the configured keys; enter them again.",
    };
  }
  const secrets = Object.entries({ ...kept, ...change.secrets }).filter(
    ([, value]) => value !== "",
  );
  const settings = { ...before?.settings, ...change.settings };
  const fault = urlFault(adapter, settings);
  if (fault !== undefined) return fault;
  return {
    id: change.id,
    version: (before?.version ?? 0) + 1,
    name: change.name ?? before?.name ?? adapter.title,
    kind: adapter.kind,
    settings,
    sealed: await vault.seal(change.id, Object.fromEntries(secrets)),
    rate_per_second:
      change.rate_per_second === undefined
        ? (before?.rate_per_second ?? null)
        : change.rate_per_second,
    default: change.default ?? before?.default ?? false,
  };
}

function strayField(
  { fields }: GatewayAdapter,
  { settings = {}, secrets = {} }: Change,
): string | undefined {
  const isField = (name: string, secret: boolean) =>
    fields.some((field) => field.name === name && field.secret === secret);
  const setting = Object.keys(settings).find((name) => !isField(name, false));
  if (setting !== undefined) return `settings.${setting}`;
  const secret = Object.keys(secrets).find((name) => !isField(name, true));
  return secret === undefined ? undefined : `secrets.${secret}`;
}

function urlFault(
  { fields }: GatewayAdapter,
  settings: Record<string, string>,
): { field: string; message: string } | undefined {
  for (const { name, type } of fields) {
    const value = settings[name] ?? "";
    if (type !== "url" || value === "") continue;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
      return {
        field: `settings.${name}`,
        message: "Enter a whole address that begins with https:// or http://.",
      };
    }
    if (url.username !== "" || url.password !== "") {
      return {
        field: `settings.${name}`,
        message: "Leave the user name and password out of the address.",
      };
    }
  }
  return undefined;
}

/** Exactly one gateway is the default as soon as there is one: the one just chosen, else the one it was, else the first. */
function oneDefault(records: GatewayRecord[], patch: SettingsPatch): GatewayRecord[] {
  const chosen = patch.gateways.findLast((change) => change.default === true)?.id;
  const standing = records.find((record) => record.default)?.id;
  const theDefault = records.find(({ id }) => id === chosen)?.id ?? standing ?? records[0]?.id;
  return records
    .filter((record) => record.default !== (record.id === theDefault))
    .map((record) => ({
      ...record,
      version: record.version + 1,
      default: record.id === theDefault,
    }));
}

/** Wraps every gateway's data key with the newest key. `unopened` names those that no configured key opens. */
export async function rewrapSecrets(
  redis: Redis,
  vault: Vault,
): Promise<{ rewrapped: number; unopened: string[] }> {
  const unopened: string[] = [];
  const changed: GatewayRecord[] = [];
  for (const record of await readGateways(redis)) {
    const sealed = await vault.rewrap(record.id, record.sealed);
    if (sealed === undefined) unopened.push(record.name);
    else changed.push({ ...record, version: record.version + 1, sealed });
  }
  await writeGateways(redis, changed, []);
  return { rewrapped: changed.length, unopened };
}
