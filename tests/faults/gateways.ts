import { weightField } from "@mailwright/email_client/gateways/route.ts";
import { parseSettingsView } from "@mailwright/protocol";
import { setUpGateway } from "../harness/access.ts";
import { RATES, SECOND, type World } from "./world.ts";

/**
 * Sets up the default gateway, a second one that leads to the same stand-in, and a route through both of them, by their ids;
 * anew where Redis has forgotten them.
 */
export async function setUpGateways({
  emailClient,
  links,
  gateway,
  second,
  route,
}: Pick<World, "emailClient" | "links" | "gateway" | "second" | "route">): Promise<void> {
  const url = `http://127.0.0.1:${links.gateway.port}/email`;
  await setUpGateway(emailClient, url, { id: gateway, ...RATES });
  const gateways = [
    {
      id: second,
      kind: "seed",
      name: "Second",
      settings: { url, username: SECOND },
      secrets: { password: "hunter2" },
      ...RATES,
    },
    {
      id: route,
      kind: "route",
      name: "Both",
      settings: { [weightField(gateway)]: "1", [weightField(second)]: "1" },
    },
  ];
  const answer = await emailClient.call("PATCH", "/v1/settings", { gateways }, parseSettingsView);
  if (answer.kind !== "ok")
    throw new Error(`the gateways could not be set up: ${JSON.stringify(answer)}`);
}
