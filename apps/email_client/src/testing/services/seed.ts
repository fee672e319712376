import { seedGateway } from "../../gateways/seed.ts";
import { type Dialect, headersOf, type Party, throttledBy } from "./fake-service.ts";

interface Body {
  from: Party;
  to: Party;
  subject: string;
  text: string;
  html?: string;
  headers: Record<string, string>;
}

const BASIC = `Basic ${Buffer.from("ann:seed-secret-6c1f").toString("base64")}`;

/** The HTTP gateway that Mailwright began with. */
export const seed: Dialect = {
  adapter: seedGateway,
  settings: { username: "ann" },
  secrets: { password: "seed-secret-6c1f" },
  urlField: "url",
  knows: (request) => request.headers.get("authorization") === BASIC,
  sends: "POST /email",
  checks: "OPTIONS /email",
  checked: () => new Response(null, { status: 204 }),
  read(text) {
    const body = JSON.parse(text) as Body;
    const { "reply-to": replyTo, ...headers } = headersOf(Object.entries(body.headers));
    return {
      key: headers["x-mailwright-email"] ?? "",
      from: body.from,
      to: [body.to],
      replyTo,
      subject: body.subject,
      text: body.text,
      html: body.html ?? null,
      headers,
    };
  },
  accepted: ({ id }) => Response.json({ message_id: id }, { status: 202 }),
  refused: () => Response.json({ error: "no" }, { status: 422 }),
  unauthorized: () => Response.json({ error: "no" }, { status: 401 }),
  throttled: () => throttledBy({ error: "slower" }),
};
