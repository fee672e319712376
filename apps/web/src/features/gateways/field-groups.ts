import type { GatewayField } from "@mailwright/protocol";
import { guideAddress } from "../guides/guides.ts";

type Group = NonNullable<GatewayField["group"]>;

/** In the order in which they are shown. */
const GROUPS: Record<Group, { title: string; lead: string; guide: string }> = {
  signing: {
    title: "Signing (DKIM)",
    lead: "Lets receivers see that a message is yours. Only where the server does not sign by itself: all three or none.",
    guide: guideAddress("deliverability", "DKIM: a signature of your domain"),
  },
  bounces: {
    title: "Bounces",
    lead: "Where mail that could not be delivered comes back to, and the mailbox from which it is read.",
    guide: guideAddress("bounces", "Setting it up"),
  },
  webhooks: {
    title: "Webhooks",
    lead: "How the service tells of deliveries, bounces and complaints, and what proves that it is the service. The address for it to call stands on the gateway's page once it is saved.",
    guide: guideAddress("gateways", "Setting them up"),
  },
};

/** A gateway's fields with a heading of their own, as their kind orders them, and the page on how to fill them in; what has none of them is left out. */
export function groupsOf(
  fields: readonly GatewayField[],
): { title: string; lead: string; guide: string; fields: GatewayField[] }[] {
  return Object.entries(GROUPS)
    .map(([group, words]) => ({ ...words, fields: fields.filter((one) => one.group === group) }))
    .filter((one) => one.fields.length > 0);
}

/** The fields that say where the service is and how it knows us. */
export function ofAccount(fields: readonly GatewayField[]): GatewayField[] {
  return fields.filter(({ group }) => group === undefined);
}
