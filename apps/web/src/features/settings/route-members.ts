import type { GatewayView } from "@mailwright/protocol";

/** The gateways that attempts through one go through: those of a route that has any, else itself. */
export function throughOf(gateway: GatewayView, all: readonly GatewayView[]): GatewayView[] {
  const { members = [] } = gateway;
  const found = all.filter(({ id }) => members.includes(id));
  return found.length === 0 ? [gateway] : found;
}
