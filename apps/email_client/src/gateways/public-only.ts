import type { Gateway, Refusal } from "./gateway.ts";
import { type Outbound, whyRefused } from "./outbound.ts";

/**
 * A gateway that is not even asked while its host has no public address. Between the look and the connection the name may
 * be given another address; a gateway that opens its connections itself connects to what was vetted (`pins`).
 */
export function publicOnly(gateway: Gateway, host: string, outbound: Outbound): Gateway {
  const { resolve, close, webhook, atOnce } = gateway;

  async function refusal(signal: AbortSignal): Promise<Refusal | undefined> {
    const vetted = await outbound.vet(host, signal);
    switch (vetted.kind) {
      case "found":
        return undefined;
      case "refused":
        return { kind: "unavailable", detail: `Not connected: ${whyRefused(host)}.` };
      case "unknown":
        return { kind: "unavailable", detail: `The gateway cannot be reached (${vetted.code}).` };
    }
  }

  return {
    ...(atOnce !== undefined && { atOnce }),
    send: async (message, signal) => (await refusal(signal)) ?? gateway.send(message, signal),
    ...(resolve && {
      resolve: async (key: string, signal: AbortSignal) => {
        const refused = await refusal(signal);
        return refused === undefined
          ? resolve.call(gateway, key, signal)
          : { kind: "unknown" as const, why: refused.detail };
      },
    }),
    check: async (signal) => (await refusal(signal)) ?? gateway.check(signal),
    ...(webhook && { webhook }),
    ...(close && { close: close.bind(gateway) }),
  };
}
