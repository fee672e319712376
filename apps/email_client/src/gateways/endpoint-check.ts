import type { Check } from "./gateway.ts";
import { outcomeOfFailure } from "./http-outcome.ts";

/**
 * Asks an endpoint that knows nothing but messages whether it is there (OPTIONS, RFC 9110 9.3.7). It may refuse the
 * credentials by that, but that it does not does not say that they are right.
 */
export async function checkEndpoint(
  url: string,
  authorization: string,
  signal: AbortSignal,
): Promise<Check> {
  try {
    const { status } = await fetch(url, {
      method: "OPTIONS",
      headers: { authorization },
      redirect: "manual",
      signal,
    });
    const detail = `The gateway answered ${status}.`;
    if (status === 401 || status === 403) return { kind: "unauthorized", detail };
    if (status >= 500 || (status >= 300 && status < 400)) return { kind: "unavailable", detail };
    return {
      kind: "ready",
      detail: "The gateway can be reached. Whether it takes messages, a test tells.",
    };
  } catch (error) {
    return { kind: "unavailable", detail: outcomeOfFailure(error).detail };
  }
}
