import ky, { HTTPError } from "ky";
import { type ServiceKey, sign } from "./signing.ts";
import type { Parsed } from "./values.ts";

export interface ServiceClientOptions {
  /** Where the other service listens, without a trailing slash. */
  url: string;
  /** Newest first: the first signs. */
  keys: readonly ServiceKey[];
  now: () => number;
  /** For the whole call, its body included. */
  timeoutMs?: number;
}

/**
 * What a call to the other service came to. `unreachable` covers everything that leaves it open whether the call was
 * carried out, so the caller may repeat it: every call of the protocol can be repeated without harm.
 */
export type ServiceAnswer<T> =
  | { kind: "ok"; status: number; value: T }
  | {
      kind: "refused";
      status: number;
      why: string;
      field?: string;
      retryAfterS?: number;
      body: unknown;
    }
  | { kind: "unreachable"; why: string };

/** A body that is JSON already: it goes out as it stands. */
export class JsonText {
  constructor(readonly text: string) {}
}

export interface ServiceClient {
  call<T>(
    method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE",
    path: string,
    body: unknown,
    parse: (value: unknown) => Parsed<T>,
    signal?: AbortSignal,
  ): Promise<ServiceAnswer<T>>;
}

/** Signed JSON calls to the other service. It never retries: who calls knows whether and when. */
export function createServiceClient({
  url,
  keys,
  now,
  timeoutMs = 10_000,
}: ServiceClientOptions): ServiceClient {
  const key = keys[0];
  if (key === undefined) throw new Error("a service client needs a key to sign with");
  return {
    async call(method, path, body, parse, signal) {
      const text = textOf(body);
      const deadline = AbortSignal.timeout(timeoutMs);
      const headers = {
        ...sign({ method, path, body: text }, key, now(), crypto.randomUUID()),
        "content-type": "application/json",
      };
      try {
        const response = await ky(`${url}${path}`, {
          method,
          headers,
          ...(body !== undefined && { body: text }),
          retry: 0,
          // ky's own timeout ends at the headers; a signal covers the body too.
          timeout: false,
          redirect: "error",
          signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
        });
        const parsed = parse(response.status === 204 ? null : await response.json());
        if (parsed.ok) return { kind: "ok", status: response.status, value: parsed.value };
        return {
          kind: "unreachable",
          why: `its answer makes no sense: ${parsed.field} ${parsed.message}`,
        };
      } catch (error) {
        return error instanceof HTTPError
          ? refusal(error)
          : { kind: "unreachable", why: reasonOf(error) };
      }
    },
  };
}

function textOf(body: unknown): string {
  if (body === undefined) return "";
  return body instanceof JsonText ? body.text : JSON.stringify(body);
}

function refusal({ response, data }: HTTPError): ServiceAnswer<never> {
  // A 5xx says nothing about what was carried out.
  if (response.status >= 500) return { kind: "unreachable", why: `it answered ${response.status}` };
  const body = typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
  const retryAfter = Number(response.headers.get("retry-after"));
  return {
    kind: "refused",
    status: response.status,
    why:
      typeof body["detail"] === "string"
        ? body["detail"]
        : String(body["title"] ?? `HTTP ${response.status}`),
    ...(typeof body["field"] === "string" && { field: body["field"] }),
    ...(retryAfter > 0 && { retryAfterS: retryAfter }),
    body: data,
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return cause.name === "TimeoutError" ? "it did not answer in time" : cause.message;
}

/** For calls whose answer carries nothing. */
export function parseNothing(): Parsed<undefined> {
  return { ok: true, value: undefined };
}
