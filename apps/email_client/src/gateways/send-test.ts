import { newId } from "@mailwright/platform";
import type { TestMessage, TestResult } from "@mailwright/protocol";
import type { OpenGateway } from "./registry.ts";

/** Sends one message at once: outside every campaign, once, and past the breaker, since it may be what proves it wrong. */
export async function sendTest(
  { from, to, subject, html, text }: TestMessage,
  { gateway }: OpenGateway,
  deadlineMs: number,
): Promise<TestResult> {
  const key = newId();
  const domain = from.email.slice(from.email.lastIndexOf("@") + 1);
  const headers = { "Message-ID": `<${key}@${domain}>` };
  const outcome = await gateway.send(
    { key, from, to, subject, html, text, headers },
    AbortSignal.timeout(deadlineMs),
  );
  return outcome.kind === "accepted"
    ? { outcome: "accepted", message_id: outcome.messageId }
    : { outcome: outcome.kind, detail: outcome.detail };
}
