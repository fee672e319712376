import {
  type GatewayField,
  type GatewayKind,
  parseSettingFaults,
  parseSettingsView,
  type ServiceAnswer,
  type ServiceClient,
  type SettingFaults,
  type SettingsPatch,
} from "@mailwright/protocol";
import type { GatewayWatch } from "../settings/gateway-watch.ts";
import { described, type Gateway } from "./gateways.ts";
import { whyNotReached } from "./reach.ts";

/** What a change of gateways needs. */
export interface GatewayContext {
  emailClient: ServiceClient;
  gatewayWatch: GatewayWatch;
}

/** What somebody decides about a gateway; what is left out stays as it is. */
export interface GatewayChange {
  name?: string | undefined;
  /** Null for no limit. */
  rate_per_second?: number | null | undefined;
  /** To each recipient domain that has no rate of its own; null for no limit. */
  domain_rate_per_second?: number | null | undefined;
  /** All of them: a domain that is left out has none of its own any more. */
  domain_rates?: Readonly<Record<string, number>> | undefined;
  /** Exactly one gateway is the default, so it can be made one but not unmade. */
  default?: true | undefined;
  /** By the names of the kind's fields, settings and secrets alike. An empty secret is forgotten. */
  values?: Readonly<Record<string, string>> | undefined;
}

/** What is wrong, by the fields of the form. */
type Faults = Record<string, string>;

/** What became of a change. What is wrong stands under the name of its field, or under none. */
export type Saved =
  | { kind: "saved"; gateway: Gateway }
  | { kind: "refused"; faults: Faults }
  /** Somebody else changed it since the version that was seen; this is how it is now. */
  | { kind: "changed meanwhile"; gateway: Gateway }
  /** Nobody can tell whether it was carried out; it may be repeated. */
  | { kind: "unreachable"; why: string };

/**
 * Makes a gateway under an id of the caller's; repeated with the same id, it is made once. With `faults` that were found
 * already nothing is made: the email client is asked what else is wrong, and all of it is told together.
 */
export function addGateway(
  context: GatewayContext,
  id: string,
  kind: GatewayKind,
  change: GatewayChange,
  faults: Faults = {},
): Promise<Saved> {
  return save(context, { id, kind: kind.kind, ...patchOf(change, kind.fields) }, faults);
}

/**
 * Whether a gateway is what adding this would make. Of its secrets it can be seen only which are set: one that is another
 * now is taken from the repetition.
 */
export function isAsAdded(gateway: Gateway, kind: GatewayKind, change: GatewayChange): boolean {
  const { settings = {}, secrets = {} } = patchOf(change, kind.fields);
  return (
    gateway.kind === kind.kind &&
    gateway.name === change.name &&
    gateway.rate_per_second === (change.rate_per_second ?? null) &&
    gateway.domain_rate_per_second === (change.domain_rate_per_second ?? null) &&
    Bun.deepEquals(gateway.domain_rates, change.domain_rates ?? {}) &&
    (change.default !== true || gateway.default) &&
    kind.fields.every(({ name, secret }) =>
      secret
        ? gateway.secrets.includes(name) === ((secrets[name] ?? "") !== "")
        : (gateway.settings[name] ?? "") === (settings[name] ?? ""),
    )
  );
}

/** Changes a gateway. `seen` is the version that the change was made from: should it be another by now, nothing is changed. */
export function changeGateway(
  context: GatewayContext,
  { id, fields }: Pick<Gateway, "id" | "fields">,
  change: GatewayChange,
  { faults = {}, seen }: { faults?: Faults; seen?: string | undefined } = {},
): Promise<Saved> {
  const patch = { id, ...patchOf(change, fields) };
  return save(context, { ...patch, ...(seen !== undefined && { seen }) }, faults);
}

export type Removed =
  { kind: "removed" } | { kind: "refused"; why: string } | { kind: "unreachable"; why: string };

/** Forgets a gateway and its secrets. One that is gone already is gone. */
export async function forgetGateway(context: GatewayContext, id: string): Promise<Removed> {
  const answer = await patch(context, { id, removed: true });
  switch (answer.kind) {
    case "ok":
      return { kind: "removed" };
    case "refused":
      return { kind: "refused", why: answer.why };
    case "unreachable":
      return { kind: "unreachable", why: whyNotReached(answer.why) };
  }
}

type Change = SettingsPatch["gateways"][number];

const REMOVED: Saved = {
  kind: "refused",
  faults: { "": "It was removed by somebody else meanwhile." },
};

async function save(context: GatewayContext, change: Change, faults: Faults): Promise<Saved> {
  if (Object.keys(faults).length > 0) {
    // Whether somebody else changed it comes after what is wrong with it anyway.
    const { seen: _seen, ...unseen } = change;
    return { kind: "refused", faults: { ...(await alsoWrong(context, unseen)), ...faults } };
  }
  const answer = await patch(context, change);
  switch (answer.kind) {
    case "ok": {
      const { gateways } = described(answer.value);
      const gateway = gateways.find(({ id }) => id === change.id);
      return gateway ? { kind: "saved", gateway } : REMOVED;
    }
    case "refused":
      return answer.status === 409
        ? changedMeanwhile(context, change.id)
        : { kind: "refused", faults: faultsIn(answer) };
    case "unreachable":
      return { kind: "unreachable", why: whyNotReached(answer.why) };
  }
}

async function changedMeanwhile({ gatewayWatch }: GatewayContext, id: string): Promise<Saved> {
  const now = await gatewayWatch.refresh();
  if (now.kind !== "seen")
    return { kind: "refused", faults: { "": "Somebody else changed it meanwhile." } };
  const gateway = described(now.view).gateways.find((each) => each.id === id);
  return gateway ? { kind: "changed meanwhile", gateway } : REMOVED;
}

/** What the email client would refuse. One that does not answer, or is from before it could, leaves it for the next try. */
async function alsoWrong({ emailClient }: GatewayContext, change: Change): Promise<Faults> {
  const body: SettingsPatch = { gateways: [change] };
  const answer = await emailClient.call("POST", "/v1/settings/validate", body, parseSettingFaults);
  return answer.kind === "ok" ? byField(answer.value) : {};
}

function faultsIn({ body, field, why }: ServiceAnswer<never> & { kind: "refused" }): Faults {
  const told = parseSettingFaults(body);
  return told.ok ? byField(told.value) : { [fieldAtFault(field)]: why };
}

function byField({ errors }: SettingFaults): Faults {
  return Object.fromEntries(errors.map(({ field, message }) => [fieldAtFault(field), message]));
}

async function patch({ emailClient, gatewayWatch }: GatewayContext, change: Change) {
  const body: SettingsPatch = { gateways: [change] };
  const answer = await emailClient.call("PATCH", "/v1/settings", body, parseSettingsView);
  await gatewayWatch.refresh();
  return answer;
}

function patchOf(
  { values = {}, default: isDefault, ...change }: GatewayChange,
  fields: readonly GatewayField[],
): Omit<Change, "id"> {
  const [secrets, settings] = [true, false].map((secret) =>
    Object.fromEntries(
      fields
        .filter((field) => field.secret === secret && values[field.name] !== undefined)
        .map((field) => [field.name, values[field.name] ?? ""]),
    ),
  );
  const { name, rate_per_second, domain_rate_per_second, domain_rates } = change;
  return {
    ...(name !== undefined && { name }),
    ...(rate_per_second !== undefined && { rate_per_second }),
    ...(domain_rate_per_second !== undefined && { domain_rate_per_second }),
    ...(domain_rates !== undefined && { domain_rates }),
    ...(isDefault !== undefined && { default: isDefault }),
    ...(settings && Object.keys(settings).length > 0 && { settings }),
    ...(secrets && Object.keys(secrets).length > 0 && { secrets }),
  };
}

/** `gateways.0.settings.url` is the field `url` of the form. What is wrong with all secrets belongs to none of them. */
function fieldAtFault(path: string | undefined): string {
  const [, field = ""] = /^gateways\.0\.(?:(?:settings|secrets)\.)?(\w+)$/.exec(path ?? "") ?? [];
  return field === "secrets" || field === "settings" || field === "kind" ? "" : field;
}
