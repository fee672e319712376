import type { GatewayKind } from "@mailwright/protocol";
import { brevoGateway } from "./brevo.ts";
import type { GatewayAdapter } from "./gateway.ts";
import { mailgunGateway } from "./mailgun.ts";
import { mailjetGateway } from "./mailjet.ts";
import { postmarkGateway } from "./postmark.ts";
import { resendGateway } from "./resend.ts";
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

export function gatewayKinds(): GatewayKind[] {
  return ADAPTERS.map(({ kind, title, description, fields, capabilities, webhook }) => ({
    kind,
    title,
    description,
    fields,
    capabilities,
    ...(webhook !== undefined && { webhook }),
  }));
}

/** Whether everything that the kind requires is set. `secrets` are the names of those that are. */
export function isComplete(
  { fields }: GatewayAdapter,
  settings: Record<string, string>,
  secrets: string[],
): boolean {
  return fields.every(
    ({ name, required, secret }) =>
      !required || (secret ? secrets.includes(name) : (settings[name] ?? "") !== ""),
  );
}
