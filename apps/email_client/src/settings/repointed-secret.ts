import type { GatewayServer, SettingFault } from "../gateways/gateway.ts";
import type { SettingsKind } from "../gateways/kinds.ts";
import { placeOf } from "../gateways/server-address.ts";

/**
 * Secrets that are kept and would be shown to another server than it was entered for. Whoever edits a gateway may use its
 * secrets, and not read them, which a server of one's own would do.
 */
export function repointedSecrets(
  { servers, fields }: Pick<SettingsKind, "servers" | "fields">,
  before: Record<string, string>,
  after: Record<string, string>,
  kept: readonly string[],
): SettingFault[] {
  const known = showings(servers(before));
  const repointed = showings(servers(after)).filter(
    ({ secret, place }) =>
      kept.includes(secret) && !known.some((one) => one.secret === secret && one.place === place),
  );
  return fields
    .filter(({ name }) => repointed.some(({ secret }) => secret === name))
    .map(({ name, label }) => ({
      field: name,
      message: `Enter ${calledOf(label)} again: the server has changed.`,
    }));
}

/** Which secret is shown where. Without an address there is no server, and nothing is shown. */
function showings(servers: readonly GatewayServer[]): { secret: string; place: string }[] {
  return servers
    .filter(({ address }) => address !== "")
    .flatMap(({ address, secrets }) =>
      secrets.map((secret) => ({ secret, place: placeOf(address) })),
    );
}

/** A label as it is called within a sentence. */
function calledOf(label: string): string {
  return /password/i.test(label) ? "the password" : `“${label}”`;
}
