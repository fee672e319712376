import { newId } from "@mailwright/platform";
import { parseSettingsView, type ServiceClient } from "@mailwright/protocol";
import { openDatabase } from "@mailwright/web/db/open.ts";
import { createToken } from "@mailwright/web/features/accounts/tokens.ts";

/** The key that all services of a test share. */
export const SERVICE_KEY = { id: "k1", bytes: new Uint8Array(32).fill(7) };
export const KEYS = `k1:${Buffer.from(SERVICE_KEY.bytes).toString("base64")}`;

/** An owner's token for the API of a web on this database. */
export async function makeToken(url: string): Promise<string> {
  await using database = openDatabase(url, { connections: 1 });
  const { token } = await createToken(database.db, {
    name: "system test",
    role: "owner",
    createdBy: "a test",
  });
  return token;
}

/** What a gateway may be asked to take, in emails a second. */
export interface Rates {
  rate_per_second?: number;
  domain_rates?: Record<string, number>;
}

/** Makes the default gateway, of the seed kind; the answer is its id, a new one unless it is given. */
export async function setUpGateway(
  emailClient: ServiceClient,
  url: string,
  { id = newId(), ...rates }: { id?: string } & Rates = {},
): Promise<string> {
  const gateways = [
    {
      id,
      kind: "seed",
      name: "Mock",
      settings: { url, username: "mailwright" },
      secrets: { password: "hunter2" },
      default: true,
      ...rates,
    },
  ];
  const answer = await emailClient.call("PATCH", "/v1/settings", { gateways }, parseSettingsView);
  if (answer.kind !== "ok")
    throw new Error(`the gateway could not be set up: ${JSON.stringify(answer)}`);
  return id;
}

/** A JSON call; throws unless the answer is 2xx, and comes in time. */
export async function call<T>(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
  timeoutMs = 30_000,
): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}
