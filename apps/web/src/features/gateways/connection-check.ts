import { type CheckResult, parseCheckResult, type ServiceClient } from "@mailwright/protocol";
import { type Asked, askedOf } from "./reach.ts";

/** What became of a check. */
export type Checked = Asked<CheckResult>;

/** Lets the email client try a gateway's settings, as they are saved; nothing is sent. */
export async function checkConnection(
  { emailClient }: { emailClient: ServiceClient },
  { id }: { id: string },
): Promise<Checked> {
  const path = `/v1/gateways/${id}/check`;
  return askedOf(await emailClient.call("POST", path, undefined, parseCheckResult));
}
