import { timingSafeEqual } from "node:crypto";
import type { Clock } from "@mailwright/platform";
import { accepted, acceptedBody, answerOf, connectionReset, noAnswer, refusal } from "./answers.ts";
import type { Config } from "./config.ts";
import { basicCredentials } from "./credentials.ts";
import type { Ledger } from "./ledger.ts";
import { keyOf, type Message, messageFault } from "./message.ts";
import { createOdds } from "./odds.ts";
import type { Script, ScriptedAnswer } from "./script.ts";

export interface ReceiverContext {
  config: Config;
  ledger: Ledger;
  script: Script;
  clock: Clock;
}

/** Acceptances whose Idempotency-Key is remembered; the oldest are forgotten first. */
const REMEMBERED_KEYS = 200_000;

/**
 * `POST /email`, as the seed gateway does it. A request without credentials gets 401, one that holds no message 400 or
 * 422; then a prepared answer is given if one fits, and otherwise the odds decide.
 */
export function createReceiver(context: ReceiverContext): (request: Request) => Promise<Response> {
  const { config, ledger, script } = context;
  const userOf = createAuthentication(config);
  const draw = createOdds(config.seed, config.weights);
  const remembered = new Map<string, string>();

  return async (request) => {
    const username = userOf(request.headers.get("authorization"));
    if (username === undefined) return refused(ledger, 401);
    let body: unknown;
    try {
      body = await request.json();
    } catch {
      return refused(ledger, 400, "The body is not JSON.");
    }
    const fault = messageFault(body);
    if (fault !== undefined) return refused(ledger, 422, fault);
    const message = body as Message;

    const idempotencyKey = config.idempotency ? request.headers.get("idempotency-key") : null;
    const earlier = idempotencyKey === null ? undefined : remembered.get(idempotencyKey);
    if (earlier !== undefined) {
      ledger.answeredAgain(202);
      return accepted(earlier);
    }
    const accept = () => {
      const messageId = ledger.accept(message, username, keyOf(request.headers, message));
      if (idempotencyKey !== null) remember(remembered, idempotencyKey, messageId);
      return messageId;
    };
    const answer = script.take(message.to.email) ?? drawn(draw());
    if (answer !== TAKEN) return carryOut(answer, accept, request.signal, context);
    ledger.answered(202);
    return accepted(accept());
  };
}

/** What happens to nearly every email of a benchmark. */
const TAKEN: ScriptedAnswer = { status: 202 };

function drawn(status: number): ScriptedAnswer {
  return status === 202 ? TAKEN : { status };
}

/**
 * Answers the user whose credentials a header holds, or undefined if it holds none or not the ones insisted on. A client
 * sends the same header with every email, so the last one is not read again.
 */
function createAuthentication({ username, password }: Config) {
  let last: { header: string; user: string | undefined } | undefined;
  return (header: string | null): string | undefined => {
    if (header === null) return undefined;
    if (header !== last?.header) last = { header, user: userOf(header) };
    return last.user;
  };

  function userOf(header: string): string | undefined {
    const given = basicCredentials(header);
    const fits =
      (username === undefined || isSame(given?.username, username)) &&
      (password === undefined || isSame(given?.password, password));
    return fits ? given?.username : undefined;
  }
}

function isSame(given: string | undefined, expected: string): boolean {
  const [a, b] = [Buffer.from(given ?? ""), Buffer.from(expected)];
  return given !== undefined && a.length === b.length && timingSafeEqual(a, b);
}

function refused(ledger: Ledger, status: number, fault?: string): Response {
  ledger.answered(status);
  return refusal(status, fault);
}

/** A message is accepted at once and answered later, which is what makes an answer that is lost a question. */
function carryOut(
  answer: ScriptedAnswer,
  accept: () => string,
  gone: AbortSignal,
  { ledger, clock }: ReceiverContext,
): Response | Promise<Response> {
  const { status = 202, accept: takes = status < 300, delay_ms, cut, hang } = answer;
  const messageId = takes && cut !== "before" && hang !== "before" ? accept() : undefined;
  const end = () => {
    if (cut === undefined && hang === undefined) {
      ledger.answered(status);
      return answerOf(answer, messageId === undefined ? "" : acceptedBody(messageId), clock);
    }
    ledger.leftUnanswered();
    return hang === undefined ? connectionReset() : noAnswer(gone);
  };
  if (delay_ms === undefined) return end();
  // A caller that has gone has its answer thrown away, like any other.
  return clock.sleep(delay_ms, gone).then(end, end);
}

function remember(remembered: Map<string, string>, key: string, messageId: string): void {
  remembered.set(key, messageId);
  if (remembered.size <= REMEMBERED_KEYS) return;
  const [oldest] = remembered.keys();
  if (oldest !== undefined) remembered.delete(oldest);
}
