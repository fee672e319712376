import { mailgunGateway } from "../../gateways/mailgun.ts";
import { type Dialect, headersOf, strangeNames, throttledBy } from "./fake-service.ts";
import { partiesIn, partyIn } from "./parties.ts";

const DOMAIN = "mg.example.com";
const BASIC = `Basic ${Buffer.from("api:key-6c1f").toString("base64")}`;

/** https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages */
export const mailgun: Dialect = {
  adapter: mailgunGateway,
  settings: { domain: DOMAIN },
  secrets: { api_key: "key-6c1f" },
  knows: (request) => request.headers.get("authorization") === BASIC,
  sends: `POST /v3/${DOMAIN}/messages`,
  checks: `GET /v3/domains/${DOMAIN}`,
  read(text, request) {
    if (request.headers.get("content-type") !== "application/x-www-form-urlencoded")
      return "it is not a form";
    const form = Object.fromEntries(new URLSearchParams(text));
    const own = Object.entries(form).filter(([name]) => !/^(h|v|o):/.test(name));
    const strange = strangeNames(
      Object.fromEntries(own),
      ["from", "to", "cc", "bcc", "subject", "text", "html", "amp-html"],
      ["from", "to", "subject", "text"],
    );
    if (strange !== undefined) return strange;
    const headers = headersOf(
      Object.entries(form).flatMap(([name, value]) =>
        name.startsWith("h:") ? [[name.slice(2), value] as const] : [],
      ),
    );
    const { "reply-to": replyTo, ...others } = headers;
    return {
      key: form["v:mailwright_email"] ?? "",
      from: partyIn(form["from"] ?? ""),
      to: partiesIn(form["to"] ?? ""),
      replyTo,
      subject: form["subject"] ?? "",
      text: form["text"] ?? "",
      html: form["html"] ?? null,
      headers: others,
    };
  },
  accepted: ({ headers }) =>
    Response.json({ id: headers["message-id"], message: "Queued. Thank you." }),
  refused: () =>
    Response.json({ message: "to parameter is not a valid address." }, { status: 400 }),
  unauthorized: () => new Response("Forbidden", { status: 401 }),
  throttled: () =>
    throttledBy({ message: "Domain is not allowed to send: recipient limit exceeded" }),
  checked: () => Response.json({ domain: { name: DOMAIN, state: "active" } }),
  found({ pathname, searchParams }, taken) {
    if (pathname !== `/v3/${DOMAIN}/events`) return undefined;
    const wanted = `<${searchParams.get("message-id")}>`;
    const items = taken.flatMap(({ headers }) =>
      headers["message-id"] === wanted
        ? [
            {
              event: "accepted",
              message: { headers: { "message-id": searchParams.get("message-id") } },
            },
          ]
        : [],
    );
    return Response.json({ items, paging: {} });
  },
};
