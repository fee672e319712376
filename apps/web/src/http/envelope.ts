import { Histogram } from "prom-client";
import { newId } from "@mailwright/platform";
import { isSecure } from "../config.ts";
import type { Context } from "../context.ts";
import { addSecurityHeaders } from "./security-headers.ts";

/** What is done to the answer of one request before it leaves: a cookie added, an outcome kept. */
export type LastStep = (response: Response) => void | Promise<void>;

/** Makes an answer of what went wrong after the routes, or where they could not catch it. It logs, and never fails. */
export type Apology = (request: Request, error: unknown) => Response | Promise<Response>;

type Fetch = (request: Request, ...rest: unknown[]) => Promise<Response>;

/** What is asked for so often, and says so little, that the log is better off without it. */
const QUIET = /^\/(assets\/|livez$|readyz$|metrics$)/;

const requestIds = new WeakMap<Request, string>();
const lastSteps = new WeakMap<Request, LastStep[]>();

/** The id by which the log and the apology page name a request. */
export function requestId(request: Request): string {
  const id = requestIds.get(request) ?? newId();
  requestIds.set(request, id);
  return id;
}

/**
 * The path of a request for the log: an address that stands in it (`/suppressions/anna@example.com`) is left out, and so
 * is what makes a link in an email a permission (`/u/…`).
 */
export function loggedPath(request: Request): string {
  const { pathname } = new URL(request.url);
  return pathname.replaceAll(/[^/]*(?:@|%40)[^/]*/gi, "…").replace(/^(\/+u\/+)[^/]+/, "$1…");
}

/** Has `step` run on the answer to this request, whatever it turns out to be. */
export function finishWith(request: Request, step: LastStep): void {
  lastSteps.set(request, [...(lastSteps.get(request) ?? []), step]);
}

/**
 * What surrounds every request: its id, its line in the log, its time in the metrics, the security headers, and the last
 * steps that were asked for. The line has no query: people search for addresses.
 */
export function envelope({ config, log, metrics }: Context, apologise: Apology) {
  const seconds = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time to the answer's headers",
    labelNames: ["method", "status"],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [metrics],
  });
  // The types of `wrap` say no more of the function than that it is one.
  return (inner: (...rest: unknown[]) => unknown): Fetch => {
    const fetch = inner as Fetch;
    return async (request, ...rest) => {
      const startedAt = performance.now();
      // A GET whose body is left out. Elysia would read the body to count it, and that of an event stream has no end.
      const asked = request.method === "HEAD" ? new Request(request, { method: "GET" }) : request;
      const id = requestId(asked);
      const response = await answer(fetch, asked, rest);
      addSecurityHeaders(response.headers, isSecure(config));
      response.headers.set("x-request-id", id);
      const duration = performance.now() - startedAt;
      seconds.observe({ method: request.method, status: response.status }, duration / 1_000);
      const path = loggedPath(request);
      log[QUIET.test(path) ? "debug" : "info"](
        {
          requestId: id,
          method: request.method,
          path,
          status: response.status,
          ms: Math.round(duration),
        },
        "request",
      );
      return asked === request ? response : withoutBody(response);
    };
  };

  async function answer(fetch: Fetch, request: Request, rest: unknown[]): Promise<Response> {
    try {
      const response = await fetch(request, ...rest);
      for (const step of lastSteps.get(request) ?? []) await step(response);
      return response;
    } catch (error) {
      return apologise(request, error);
    }
  }
}

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}
