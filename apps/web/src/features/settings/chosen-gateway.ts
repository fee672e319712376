import type { GatewayView, SettingsView } from "@mailwright/protocol";

/** The gateway that a campaign or a test goes through: the one it names, or the default where it names none. */
export function chosenGateway(
  { gateways }: Pick<SettingsView, "gateways">,
  named: string | null,
): GatewayView | undefined {
  return gateways.find((gateway) => (named === null ? gateway.default : gateway.id === named));
}
