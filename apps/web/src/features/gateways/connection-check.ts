import { type CheckResult, parseCheckResult, type ServiceClient } from "@mailwright/protocol";
import { askedOf, type AskedOfEach, askEach } from "./reach.ts";
import type { Gateway } from "./gateways.ts";

/** What became of a check, of each gateway that it went to. */
export type Checked = AskedOfEach<CheckResult>;

/** Lets the email client try the settings of a gateway, or of each of a route, as they are saved; nothing is sent. */
export function checkConnection(
  { emailClient }: { emailClient: ServiceClient },
  gateway: Pick<Gateway, "through">,
): Promise<Checked> {
  return askEach(gateway, async ({ id }) =>
    askedOf(
      await emailClient.call("POST", `/v1/gateways/${id}/check`, undefined, parseCheckResult),
    ),
  );
}
