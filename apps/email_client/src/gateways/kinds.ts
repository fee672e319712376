import { type GatewayKind, ROUTE } from "@mailwright/protocol";
import { brevoGateway } from "./brevo.ts";
import type { GatewayAdapter } from "./gateway.ts";
import { mailgunGateway } from "./mailgun.ts";
import { mailjetGateway } from "./mailjet.ts";
import { postmarkGateway } from "./postmark.ts";
import { resendGateway } from "./resend.ts";
import { type RouteGateway, routeKind } from "./route.ts";
import { seedGateway } from "./seed.ts";
import { sendgridGateway } from "./sendgrid.ts";
import { sesGateway } from "./ses.ts";
import { smtpGateway } from "./smtp.ts";

/** Every kind of gateway that there is. */
export const ADAPTERS: readonly GatewayAdapter[] = [
  smtpGateway,
  sesGateway,
  sendgridGateway,
  mailgunGateway,
  postmarkGateway,
  mailjetGateway,
  resendGateway,
  brevoGateway,
  seedGateway,
];

export function adapterOf(kind: string): GatewayAdapter | undefined {
  return ADAPTERS.find((adapter) => adapter.kind === kind);
}

/** A kind as far as its settings go. A route's depend on the gateways that there are. */
export type SettingsKind = Pick<GatewayAdapter, "kind" | "title" | "fields" | "servers" | "faults">;

export function settingsKindOf(
  kind: string,
  gateways: readonly RouteGateway[],
): SettingsKind | undefined {
  return kind === ROUTE ? routeKind(gateways) : adapterOf(kind);
}

export function gatewayKinds(gateways: readonly RouteGateway[]): GatewayKind[] {
  const { servers: _servers, faults: _faults, ...route } = routeKind(gateways);
  const own = ADAPTERS.map(({ kind, title, description, fields, capabilities, webhook }) => ({
    kind,
    title,
    description,
    fields,
    capabilities,
    ...(webhook !== undefined && { webhook }),
  }));
  return gateways.length === 0 ? own : [...own, route];
}

/** Whether everything that the kind requires is set. `secrets` are the names of those that are. */
export function isComplete(
  { fields }: Pick<SettingsKind, "fields">,
  settings: Record<string, string>,
  secrets: string[],
): boolean {
  return fields.every(
    ({ name, required, secret }) =>
      !required || (secret ? secrets.includes(name) : (settings[name] ?? "") !== ""),
  );
}
