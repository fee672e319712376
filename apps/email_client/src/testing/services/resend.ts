import { resendGateway } from "../../gateways/resend.ts";
import { type Dialect, headersOf, strangeNames, throttledBy } from "./fake-service.ts";
import { partiesIn, partyIn } from "./parties.ts";

interface Body {
  from: string;
  to: string[];
  reply_to?: string;
  subject: string;
  text: string;
  html?: string;
  headers: Record<string, string>;
  tags: { name: string; value: string }[];
}

const ALLOWED =
  "from to subject bcc cc scheduled_at reply_to html text react headers topic_id attachments tags template".split(
    " ",
  );

const fault = (status: number, name: string, message: string) =>
  Response.json({ statusCode: status, name, message }, { status });

/** https://resend.com/docs/api-reference/emails/send-email */
export const resend: Dialect = {
  adapter: resendGateway,
  settings: {},
  secrets: { api_key: "re_6c1f" },
  knows: (request) => request.headers.get("authorization") === "Bearer re_6c1f",
  sends: "POST /emails",
  checks: "GET /domains",
  repeats: true,
  read(text, request) {
    if ((request.headers.get("user-agent") ?? "") === "") return "a User-Agent is needed";
    const body = JSON.parse(text) as Body;
    const strange = strangeNames(body, ALLOWED, ["from", "to", "subject"]);
    if (strange !== undefined) return strange;
    const tag = body.tags.find(({ name, value }) => !/^[A-Za-z0-9_-]{1,256}$/.test(name + value));
    if (tag !== undefined) return "a tag has other characters than it may";
    return {
      key: request.headers.get("idempotency-key") ?? "",
      from: partyIn(body.from),
      to: body.to.flatMap(partiesIn),
      replyTo: body.reply_to,
      subject: body.subject,
      text: body.text,
      html: body.html ?? null,
      headers: headersOf(Object.entries(body.headers)),
    };
  },
  accepted: ({ id }) => Response.json({ id }),
  refused: () => fault(422, "validation_error", "Invalid `to` field."),
  unauthorized: () => fault(401, "validation_error", "API key is invalid"),
  throttled: () =>
    throttledBy({ statusCode: 429, name: "rate_limit_exceeded", message: "Too many requests." }),
  // A key that may only send.
  checked: () => fault(401, "restricted_api_key", "This API key is restricted to only send emails"),
};
