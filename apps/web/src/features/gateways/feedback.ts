import {
  type GatewayFeedback,
  parseGatewayFeedback,
  type ServiceClient,
} from "@mailwright/protocol";
import { type Gateway, isSet } from "./gateways.ts";
import { type Asked, askedOf } from "./reach.ts";

/** A page waits for it no longer. */
const PATIENCE_MS = 1_000;

/** Asks the email client whether what becomes of a gateway's emails comes back. */
export async function readFeedback(
  { emailClient }: { emailClient: ServiceClient },
  { id }: { id: string },
): Promise<Asked<GatewayFeedback>> {
  const path = `/v1/gateways/${id}/feedback`;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return askedOf(await emailClient.call("GET", path, undefined, parseGatewayFeedback, signal));
}

/** How it stands with what comes back, in a word. */
export type FeedbackStanding =
  /** Nothing is set up by which anything could come back. */
  | "not set up"
  | "not known"
  /** Set up, and nothing has come yet. */
  | "waiting"
  | "working"
  /** The last webhook was not taken: it may have been somebody else's. */
  | "refused"
  /** The mailbox could not be read the last time. */
  | "failing";

export function standingOf(gateway: Gateway, feedback: Asked<GatewayFeedback>): FeedbackStanding {
  if (!isSetUp(gateway)) return "not set up";
  if (feedback.kind !== "answered") return "not known";
  const { mailbox, webhooks } = feedback.result;
  if (mailbox?.failing !== undefined) return "failing";
  const { taken_at: takenAt, refused } = webhooks ?? {};
  if (refused !== undefined && refused.at > (takenAt ?? 0)) return "refused";
  return mailbox?.read === undefined && takenAt === undefined ? "waiting" : "working";
}

/** Whether it has what is needed for anything to come back. */
export function isSetUp(gateway: Gateway): boolean {
  if (gateway.webhook === undefined) return (gateway.settings["bounce_host"] ?? "") !== "";
  const proof = proofOf(gateway);
  return proof === undefined || isSet(gateway, proof);
}

/** The field by which a gateway's webhooks are known. */
export function proofOf({ fields }: Gateway): Gateway["fields"][number] | undefined {
  return fields.find(({ group }) => group === "webhooks");
}

/** What came in the last week, all days together. */
export function weekOf({ days }: GatewayFeedback) {
  const sum = (name: "facts" | "webhooks" | "refused") =>
    days.reduce((total, day) => total + day[name], 0);
  return { facts: sum("facts"), webhooks: sum("webhooks"), refused: sum("refused") };
}
