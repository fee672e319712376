import { type CheckResult, parseCheckResult, type ServiceClient } from "@mailwright/protocol";
import { whyNotReached } from "./reach.ts";

/** What became of a check. An incomplete gateway is unknown to the email client as one to send through. */
export type Checked =
  | { kind: "answered"; result: CheckResult }
  | { kind: "unknown" }
  | { kind: "refused"; why: string }
  | { kind: "unreachable"; why: string };

/** Lets the email client try a gateway's settings, as they are saved; nothing is sent. */
export async function checkConnection(
  { emailClient }: { emailClient: ServiceClient },
  { id }: { id: string },
): Promise<Checked> {
  const path = `/v1/gateways/${id}/check`;
  const answer = await emailClient.call("POST", path, undefined, parseCheckResult);
  switch (answer.kind) {
    case "ok":
      return { kind: "answered", result: answer.value };
    case "refused":
      return answer.status === 404 ? { kind: "unknown" } : { kind: "refused", why: answer.title };
    case "unreachable":
      return { kind: "unreachable", why: whyNotReached(answer.why) };
  }
}
