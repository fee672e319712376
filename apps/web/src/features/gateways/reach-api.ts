import type { Context } from "../../context.ts";
import { found, RequestError } from "../../http/faults.ts";
import { type Gateway, gatewayReader, type KnownGateways } from "./gateways.ts";

/** The gateways for calls of the API: a 503 while the email client does not answer, a 404 for one that it does not have. */
export function gatewaysToAsk({ gatewayWatch }: Pick<Context, "gatewayWatch">): {
  all(): Promise<KnownGateways>;
  one(id: string): Promise<Gateway>;
} {
  const readGateways = gatewayReader(gatewayWatch);

  async function all(): Promise<KnownGateways> {
    const now = await readGateways();
    return now.kind === "seen" ? now : notReached(now.why);
  }

  return {
    all,
    one: async (id) => found((await all()).gateways.find((gateway) => gateway.id === id)),
  };
}

export function notReached(why: string): never {
  throw new RequestError(
    503,
    `The email client, which keeps the gateways, does not answer: ${why}. Try again later.`,
    { "retry-after": "5" },
  );
}

export function uncertain(why: string): never {
  throw new RequestError(
    503,
    `It is not known whether this was carried out: the email client did not answer (${why}). Repeating it does no harm.`,
    { "retry-after": "5" },
  );
}
