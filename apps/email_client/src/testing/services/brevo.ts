import { brevoGateway } from "../../gateways/brevo.ts";
import { type Dialect, headersOf, type Party, strangeNames, throttledBy } from "./fake-service.ts";

interface Body {
  sender: { email: string; name?: string };
  to: { email: string; name?: string }[];
  replyTo?: { email: string };
  subject: string;
  textContent: string;
  htmlContent?: string;
  headers: Record<string, string>;
}

const ALLOWED =
  "sender to bcc cc htmlContent textContent subject replyTo attachment headers templateId params messageVersions tags scheduledAt batchId".split(
    " ",
  );
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const partyOf = ({ email, name = "" }: { email: string; name?: string }): Party => ({
  name,
  email,
});

/** https://developers.brevo.com/reference/sendtransacemail */
export const brevo: Dialect = {
  adapter: brevoGateway,
  settings: {},
  secrets: { api_key: "xkeysib-6c1f" },
  knows: (request) => request.headers.get("api-key") === "xkeysib-6c1f",
  sends: "POST /v3/smtp/email",
  checks: "GET /v3/account",
  repeats: true,
  read(text) {
    const body = JSON.parse(text) as Body;
    const strange = strangeNames(body, ALLOWED, ["sender", "to", "subject"]);
    if (strange !== undefined) return strange;
    const { idempotencyKey = "", ...others } = body.headers;
    if (!UUID.test(idempotencyKey)) return "the key is not a UUID";
    return {
      key: idempotencyKey,
      from: partyOf(body.sender),
      to: body.to.map(partyOf),
      replyTo: body.replyTo?.email,
      subject: body.subject,
      text: body.textContent,
      html: body.htmlContent ?? null,
      headers: headersOf(Object.entries(others)),
    };
  },
  accepted: ({ id }) => Response.json({ messageId: id }, { status: 201 }),
  refused: () =>
    Response.json(
      { code: "invalid_parameter", message: "email is not valid in to" },
      { status: 400 },
    ),
  unauthorized: () =>
    Response.json({ code: "unauthorized", message: "Key not found" }, { status: 401 }),
  throttled: () => throttledBy({ code: "too_many_requests", message: "Rate limit exceeded" }),
  checked: () => Response.json({ companyName: "Acme", email: "owner@example.com", plan: [] }),
};
