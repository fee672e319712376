import type { Clock } from "@mailwright/platform";
import { type GatewayField, MESSAGE_ID_LENGTH } from "@mailwright/protocol";
import { answerText } from "./answer-text.ts";
import type { Check, GatewayAdapter, Outcome, Refusal, Resolution } from "./gateway.ts";
import { outcomeOfFailure, readAnswer, retryAfterMs } from "./http-outcome.ts";

/** What a service answered. `body` is its JSON, undefined where it is none. */
export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export interface ServiceRequest {
  method?: "GET" | "POST";
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON, or as a form. */
  body?: object | URLSearchParams;
}

/** How one service differs from the others. */
export interface ServiceTraits {
  /** As a person knows it. */
  name: string;
  baseUrl: string;
  headers: Record<string, string>;
  /** Everything that must not be seen in an outcome. */
  secrets: string[];
  /** The service's own words in a refusal, and its own code. */
  words(body: unknown): string | undefined;
  /** What a refusal means where it means something else than usual. */
  meaning?(answer: Answer): Refusal["kind"] | undefined;
  /** How long to wait before each look for a message; unless it says otherwise, as `LOOK_AGAIN_MS` has it. */
  looksMs?: readonly number[];
  /** Signs a request, for a service that wants more than a header. */
  sign?(request: Request): Promise<Request>;
}

/** A sentence about an account that may send, or why this one may not. */
export type AccountWord = string | { missing: string };

/** An email service behind an API of JSON over HTTP. Nothing here throws or repeats a request. */
export interface HttpService {
  /** `accepted` reads the id out of an answer with a status of 200 to 299. */
  send(
    request: ServiceRequest,
    signal: AbortSignal,
    accepted: (answer: Answer) => string | undefined,
  ): Promise<Outcome>;
  /** Looks for a message; `found` reads its id out of the answer. What is not found may still come. */
  find(
    request: ServiceRequest,
    signal: AbortSignal,
    found: (body: unknown) => string | undefined,
  ): Promise<Resolution>;
  /** Whether a request that changes nothing is answered; `told` says what a good answer tells of the account. */
  check(
    request: ServiceRequest,
    signal: AbortSignal,
    told: (body: unknown) => AccountWord,
  ): Promise<Check>;
}

/** A message is found only some seconds after it was taken, so one that is not found is asked for again. */
const LOOK_AGAIN_MS = [0, 1_500, 3_000];
/** The key is not allowed to look, or not so often: it will not be within seconds. */
const MAY_NOT_ASK = new Set([401, 403, 429]);

export function httpService(traits: ServiceTraits, clock: Clock): HttpService {
  const { name, baseUrl, sign } = traits;
  const shown = answerText(traits.secrets);

  async function ask(request: ServiceRequest, signal: AbortSignal): Promise<Answer> {
    const made = requestOf(baseUrl, traits.headers, request);
    const signed = sign === undefined ? made : await sign(made);
    // A redirect is not followed: it would carry the key to wherever it points.
    const response = await fetch(signed, { redirect: "manual", signal });
    return { status: response.status, headers: response.headers, body: await jsonOf(response) };
  }

  function refusal(answer: Answer): Refusal {
    const { status, headers } = answer;
    const kind = traits.meaning?.(answer) ?? usualMeaning(status);
    const words = traits.words(answer.body);
    const detail = `${name} answered ${status}${words ? `: ${shown(words)}` : "."}`;
    if (kind !== "throttled") return { kind, detail };
    const wait = retryAfterMs(headers.get("retry-after"), clock.now());
    return { kind, detail, ...(wait !== undefined && { retryAfterMs: wait }) };
  }

  /** Whether there was time to wait so long. */
  async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
    if (ms === 0) return true;
    return clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
  }

  return {
    async send(request, signal, accepted) {
      try {
        const answer = await ask(request, signal);
        if (!isGood(answer)) return refusal(answer);
        const id = accepted(answer);
        return id === undefined || id === ""
          ? { kind: "ambiguous", detail: `${name} answered ${answer.status} without a message id.` }
          : { kind: "accepted", messageId: id.slice(0, MESSAGE_ID_LENGTH) };
      } catch (error) {
        return outcomeOfFailure(error);
      }
    },

    async find(request, signal, found) {
      let why: string | undefined;
      for (const wait of traits.looksMs ?? LOOK_AGAIN_MS) {
        if (!(await waited(wait, signal))) break;
        try {
          const answer = await ask(request, signal);
          const id = isGood(answer) ? found(answer.body) : undefined;
          if (id !== undefined) return { kind: "confirmed", messageId: id };
          why = isGood(answer) ? undefined : refusal(answer).detail;
          if (MAY_NOT_ASK.has(answer.status)) break;
        } catch (error) {
          why = outcomeOfFailure(error).detail;
          break;
        }
      }
      return { kind: "unknown", ...(why !== undefined && { why }) };
    },

    async check(request, signal, told) {
      try {
        const answer = await ask(request, signal);
        if (!isGood(answer)) return refusal(answer);
        const found = told(answer.body);
        return typeof found === "string"
          ? { kind: "ready", detail: shown(found) }
          : { kind: "unauthorized", detail: shown(found.missing) };
      } catch (error) {
        return { kind: "unavailable", detail: outcomeOfFailure(error).detail };
      }
    },
  };
}

/**
 * What a refusal means unless the service says otherwise. Only 408, 429 and 503 say that a request was put off; after any
 * other fault of a server's own, the message may have been taken before it.
 */
function usualMeaning(status: number): Refusal["kind"] {
  if (status === 401 || status === 402 || status === 403) return "unauthorized";
  if (status === 429) return "throttled";
  if (status === 408 || status === 503) return "unavailable";
  if (status >= 500) return "ambiguous";
  // It is somewhere else: to be corrected in the settings.
  return status >= 300 && status < 400 ? "unavailable" : "rejected";
}

function isGood({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function requestOf(
  baseUrl: string,
  headers: Record<string, string>,
  { method = "POST", path, headers: own, body }: ServiceRequest,
): Request {
  const isForm = body instanceof URLSearchParams;
  return new Request(`${baseUrl.replace(/\/+$/, "")}${path}`, {
    method,
    headers: {
      accept: "application/json",
      "user-agent": "Mailwright",
      ...(body !== undefined && {
        "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      }),
      ...headers,
      ...own,
    },
    ...(body !== undefined && { body: isForm ? body.toString() : JSON.stringify(body) }),
  });
}

/** The status says most, so an answer that breaks off is one without a body. */
async function jsonOf(response: Response): Promise<unknown> {
  const text = await readAnswer(response).catch(() => "");
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where the service is reached, for those who reach it by another way or in another region. */
export function apiAddress(usual: string, hint = `Empty: ${usual}`): GatewayField {
  return {
    name: "api_url",
    label: "Address of the API",
    type: "url",
    required: false,
    secret: false,
    placeholder: usual,
    hint,
  };
}

/** The server behind that address, which is shown one secret. */
export function apiServer(usual: string, secret: string): GatewayAdapter["servers"] {
  return ({ api_url: address = "" }) => [
    { field: "api_url", address: address || usual, secrets: [secret] },
  ];
}

/** What a service gave whoever opened an account there. */
export function apiKey(label: string, hint: string): GatewayField {
  return { name: "api_key", label, type: "password", required: true, secret: true, hint };
}
