import { newId } from "@mailwright/platform";
import type { SettingsPatch } from "@mailwright/protocol";
import type { SettingFault } from "../gateways/gateway.ts";
import { type SettingsKind, settingsKindOf } from "../gateways/kinds.ts";
import type { Outbound } from "../gateways/outbound.ts";
import type { RouteGateway } from "../gateways/route.ts";
import type { GatewayRecord } from "./gateway-records.ts";
import { privateServers } from "./private-server.ts";
import { repointedSecrets } from "./repointed-secret.ts";
import type { Vault } from "./vault.ts";

export type GatewayChange = SettingsPatch["gateways"][number];

/**
 * One gateway after a change: what the change leaves out stays, a secret that is not mentioned is kept and an empty one
 * is cleared. Or everything that is wrong, one fault a field, each field as it is called in the change: who is told of a
 * part only has to come back for the rest.
 */
export async function applyChange(
  vault: Vault,
  before: GatewayRecord | undefined,
  change: GatewayChange,
  gateways: readonly RouteGateway[],
  outbound: Outbound,
): Promise<GatewayRecord | SettingFault[]> {
  const kind = before?.kind ?? change.kind;
  const adapter = kind === undefined ? undefined : settingsKindOf(kind, gateways);
  if (adapter === undefined)
    return [{ field: "kind", message: "There is no gateway of this kind." }];
  if (before !== undefined && change.kind !== undefined && change.kind !== before.kind)
    return [{ field: "kind", message: "A gateway keeps its kind; add a new one instead." }];
  const kept = before === undefined ? {} : await vault.open(before.id, before.sealed);
  const secrets = Object.entries({ ...kept, ...change.secrets }).filter(
    ([, value]) => value !== "",
  );
  const stays = unchanged(kept, change.secrets);
  const settings = { ...before?.settings, ...change.settings };
  const faults = [
    ...choiceFaults(adapter, settings),
    ...urlFaults(adapter, settings),
    // A stored webhook secret shorter than today's minimum must not block an unrelated change.
    ...(adapter.faults?.(settings, Object.fromEntries(secrets)) ?? []).filter(
      ({ field }) => field !== "webhook_secret" || !stays.includes(field),
    ),
    ...repointedSecrets(adapter, before?.settings ?? {}, settings, stays),
    ...(await privateServers(adapter, before?.settings ?? {}, settings, outbound)),
  ];
  const told = [
    ...strayFaults(adapter, change),
    ...(kept === undefined && change.secrets === undefined ? [UNOPENED] : []),
    ...faults.map((fault) => ({ ...fault, field: pathOf(adapter, fault.field) })),
  ];
  if (told.length > 0) return firstOfEach(told);
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

const UNOPENED: SettingFault = {
  field: "secrets",
  message: "The stored secrets cannot be opened with the configured keys; enter them again.",
};

/** What is said of a field first is nearest to its cause: a host that is no name cannot be looked up either. */
function firstOfEach(faults: readonly SettingFault[]): SettingFault[] {
  return faults.filter(
    ({ field }, index) => faults.findIndex((fault) => fault.field === field) === index,
  );
}

/** The names of the stored secrets that a change keeps. */
function unchanged(kept: Record<string, string> = {}, given: Record<string, string> = {}) {
  return Object.keys(kept).filter((name) => !Object.hasOwn(given, name));
}

/** A rate that is left out stays; null takes it away. */
function given(changed: number | null | undefined, before: number | null | undefined) {
  return changed === undefined ? (before ?? null) : changed;
}

function strayFaults(
  { fields }: SettingsKind,
  { settings = {}, secrets = {} }: GatewayChange,
): SettingFault[] {
  const isField = (name: string, secret: boolean) =>
    fields.some((field) => field.name === name && field.secret === secret);
  const stray = [
    ...Object.keys(settings)
      .filter((name) => !isField(name, false))
      .map((name) => `settings.${name}`),
    ...Object.keys(secrets)
      .filter((name) => !isField(name, true))
      .map((name) => `secrets.${name}`),
  ];
  return stray.map((field) => ({ field, message: "This kind of gateway has no such setting." }));
}

function pathOf({ fields }: SettingsKind, name: string): string {
  const isSecret = fields.some((field) => field.name === name && field.secret);
  return `${isSecret ? "secrets" : "settings"}.${name}`;
}

function choiceFaults({ fields }: SettingsKind, settings: Record<string, string>): SettingFault[] {
  const wrong = fields.filter(({ name, options }) => {
    const value = settings[name] ?? "";
    return options !== undefined && value !== "" && !options.some((one) => one.value === value);
  });
  return wrong.map(({ name, options }) => ({
    field: name,
    message: `Choose one of: ${options?.map(({ value }) => value).join(", ")}.`,
  }));
}

function urlFaults({ fields }: SettingsKind, settings: Record<string, string>): SettingFault[] {
  return fields
    .filter(({ type }) => type === "url")
    .flatMap(({ name }) => {
      const message = urlFault(settings[name] ?? "");
      return message === undefined ? [] : [{ field: name, message }];
    });
}

function urlFault(value: string): string | undefined {
  if (value === "") return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    return "Enter a whole address that begins with https:// or http://.";
  return url.username === "" && url.password === ""
    ? undefined
    : "Leave the user name and password out of the address.";
}
