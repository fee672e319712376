import type { GatewayServer, SettingFault } from "../gateways/gateway.ts";
import type { SettingsKind } from "../gateways/kinds.ts";
import { placeOf } from "../gateways/server-address.ts";

/**
 * A secret that is kept and would be shown to another server than it was entered for. Whoever edits a gateway may use its
 * secrets, and not read them, which a server of one's own would do.
 */
export function repointedSecret(
  { servers, fields }: Pick<SettingsKind, "servers" | "fields">,
  before: Record<string, string>,
  after: Record<string, string>,
  kept: readonly string[],
): SettingFault | undefined {
  const known = showings(servers(before));
  const repointed = showings(servers(after)).find(
    ({ secret, place }) =>
      kept.includes(secret) && !known.some((one) => one.secret === secret && one.place === place),
  );
  const field = fields.find(({ name }) => name === repointed?.secret);
  return (
    field && {
      field: field.name,
      message: `Enter ${calledOf(field.label)} again: the server has changed.`,
    }
  );
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
