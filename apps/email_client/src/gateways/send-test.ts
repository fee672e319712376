import { newId } from "@mailwright/platform";
import type { CheckResult, TestMessage, TestResult } from "@mailwright/protocol";
import { messageIdOf } from "./message-id.ts";
import type { OpenGateway } from "./registry.ts";
import { unsubscribeHeaders } from "./unsubscribe-headers.ts";

/** Web waits ten seconds for the answer to its call, and a silent gateway shall be told from a silent email client. */
const DEADLINE_MS = 8_000;

/** Sends one message at once: outside every campaign, once, and past the breaker, since it may be what proves it wrong. */
export async function sendTest(
  { from, to, subject, html, text, headers: given, unsubscribe_url }: TestMessage,
  { gateway }: OpenGateway,
  attemptDeadlineMs: number,
): Promise<TestResult> {
  const key = newId();
  const headers = {
    ...given,
    ...unsubscribeHeaders(unsubscribe_url),
    "Message-ID": messageIdOf(key, from.email),
  };
  const outcome = await gateway.send(
    { key, from, to, subject, html, text, headers },
    AbortSignal.timeout(Math.min(attemptDeadlineMs, DEADLINE_MS)),
  );
  return outcome.kind === "accepted"
    ? { outcome: "accepted", message_id: outcome.messageId }
    : { outcome: outcome.kind, detail: outcome.detail };
}

/** Tries the settings without sending anything. */
export async function checkConnection(
  { gateway }: OpenGateway,
  attemptDeadlineMs: number,
): Promise<CheckResult> {
  const deadline = AbortSignal.timeout(Math.min(attemptDeadlineMs, DEADLINE_MS));
  const { kind, detail } = await gateway.check(deadline);
  return { outcome: kind, detail };
}
