import type { Message } from "../message.ts";
import type { GatewayMock } from "../start.ts";

export const ALWAYS_202 = { weights: [{ status: 202, weight: 1 }] };

export function message(to: string, headers: Record<string, string> = {}): Message {
  return {
    from: { name: "Shop", email: "shop@example.com" },
    to: { name: "Ann", email: to },
    subject: `News for ${to}`,
    text: "Hello",
    html: "<p>Hello</p>",
    headers,
  };
}

const AUTHORIZATION = { authorization: `Basic ${btoa("user:password")}` };

/** Posts a body as an email client would, on a connection of its own. */
export function post(
  { emailUrl }: Pick<GatewayMock, "emailUrl">,
  body: unknown,
  init: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(emailUrl, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { ...AUTHORIZATION, connection: "close", ...init.headers },
    ...(init.signal && { signal: init.signal }),
  });
}
