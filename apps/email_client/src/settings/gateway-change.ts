import { newId } from "@mailwright/platform";
import type { SettingsPatch } from "@mailwright/protocol";
import type { SettingFault } from "../gateways/gateway.ts";
import { type SettingsKind, settingsKindOf } from "../gateways/kinds.ts";
import type { Outbound } from "../gateways/outbound.ts";
import type { RouteGateway } from "../gateways/route.ts";
import type { GatewayRecord } from "./gateway-records.ts";
import { privateServer } from "./private-server.ts";
import { repointedSecret } from "./repointed-secret.ts";
import type { Vault } from "./vault.ts";

export type GatewayChange = SettingsPatch["gateways"][number];

/**
 * One gateway after a change: what the change leaves out stays, a secret that is not mentioned is kept and an empty one
 * is cleared. Or the field at fault, as it is called in the change.
 */
export async function applyChange(
  vault: Vault,
  before: GatewayRecord | undefined,
  change: GatewayChange,
  gateways: readonly RouteGateway[],
  outbound: Outbound,
): Promise<GatewayRecord | SettingFault> {
  const kind = before?.kind ?? change.kind;
  const adapter = kind === undefined ? undefined : settingsKindOf(kind, gateways);
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
  const fault =
    choiceFault(adapter, settings) ??
    urlFault(adapter, settings) ??
    adapter.fault?.(settings, Object.fromEntries(secrets)) ??
    repointedSecret(adapter, before?.settings ?? {}, settings, unchanged(kept, change.secrets)) ??
    (await privateServer(adapter, before?.settings ?? {}, settings, outbound));
  if (fault !== undefined) return { ...fault, field: pathOf(adapter, fault.field) };
  return {
    id: change.id,
    version: newId(),
    name: change.name ?? before?.name ?? adapter.title,
    kind: adapter.kind,
    settings,
    sealed: await vault.seal(change.id, Object.fromEntries(secrets)),
    rate_per_second: given(change.rate_per_second, before?.rate_per_second),
    domain_rate_per_second: given(change.domain_rate_per_second, before?.domain_rate_per_second),
    domain_rates: change.domain_rates ?? before?.domain_rates ?? {},
    default: change.default ?? before?.default ?? false,
  };
}

/** The names of the stored secrets that a change keeps. */
function unchanged(kept: Record<string, string> = {}, given: Record<string, string> = {}) {
  return Object.keys(kept).filter((name) => !Object.hasOwn(given, name));
}

/** A rate that is left out stays; null takes it away. */
function given(changed: number | null | undefined, before: number | null | undefined) {
  return changed === undefined ? (before ?? null) : changed;
}

function strayField(
  { fields }: SettingsKind,
  { settings = {}, secrets = {} }: GatewayChange,
): string | undefined {
  const isField = (name: string, secret: boolean) =>
    fields.some((field) => field.name === name && field.secret === secret);
  const setting = Object.keys(settings).find((name) => !isField(name, false));
  if (setting !== undefined) return `settings.${setting}`;
  const secret = Object.keys(secrets).find((name) => !isField(name, true));
  return secret === undefined ? undefined : `secrets.${secret}`;
}

function pathOf({ fields }: SettingsKind, name: string): string {
  const isSecret = fields.some((field) => field.name === name && field.secret);
  return `${isSecret ? "secrets" : "settings"}.${name}`;
}

function choiceFault(
  { fields }: SettingsKind,
  settings: Record<string, string>,
): SettingFault | undefined {
  const wrong = fields.find(({ name, options }) => {
    const value = settings[name] ?? "";
    return options !== undefined && value !== "" && !options.some((one) => one.value === value);
  });
  return (
    wrong && {
      field: wrong.name,
      message: `Choose one of: ${wrong.options?.map(({ value }) => value).join(", ")}.`,
    }
  );
}

function urlFault(
  { fields }: SettingsKind,
  settings: Record<string, string>,
): SettingFault | undefined {
  for (const { name, type } of fields) {
    const value = settings[name] ?? "";
    if (type !== "url" || value === "") continue;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
      return {
        field: name,
        message: "Enter a whole address that begins with https:// or http://.",
      };
    }
    if (url.username !== "" || url.password !== "") {
      return { field: name, message: "Leave the user name and password out of the address." };
    }
  }
  return undefined;
}
