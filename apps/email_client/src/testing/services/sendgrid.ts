import { sendgridGateway } from "../../gateways/sendgrid.ts";
import { type Dialect, headersOf, type Party, strangeNames, throttledBy } from "./fake-service.ts";

interface Body {
  personalizations: {
    to: { email: string; name?: string }[];
    custom_args: Record<string, string>;
  }[];
  from: { email: string; name?: string };
  reply_to?: { email: string };
  subject: string;
  content: { type: string; value: string }[];
  headers: Record<string, string>;
}

const ALLOWED =
  "personalizations from reply_to reply_to_list subject content attachments template_id headers categories custom_args send_at batch_id asm ip_pool_name mail_settings tracking_settings".split(
    " ",
  );
/** These may not be among the headers. */
const RESERVED =
  "x-sg-id x-sg-eid received dkim-signature content-type content-transfer-encoding to from subject reply-to cc bcc".split(
    " ",
  );

const partyOf = ({ email, name = "" }: { email: string; name?: string }): Party => ({
  name,
  email,
});
const fault = (status: number, message: string) =>
  Response.json({ errors: [{ message, field: null, help: null }] }, { status });

/** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
export const sendgrid: Dialect = {
  adapter: sendgridGateway,
  settings: {},
  secrets: { api_key: "SG.key-6c1f" },
  knows: (request) => request.headers.get("authorization") === "Bearer SG.key-6c1f",
  sends: "POST /v3/mail/send",
  checks: "GET /v3/scopes",
  read(text) {
    const body = JSON.parse(text) as Body;
    const strange = strangeNames(body, ALLOWED, ["personalizations", "from", "subject", "content"]);
    if (strange !== undefined) return strange;
    const [plain, html] = body.content;
    if (plain?.type !== "text/plain") return "text/plain has to come first";
    if (body.content.some(({ value }) => value === "")) return "a content is empty";
    const headers = headersOf(Object.entries(body.headers));
    const reserved = RESERVED.find((name) => name in headers);
    if (reserved !== undefined) return `the header ${reserved} is reserved`;
    return {
      key: body.personalizations[0]?.custom_args["mailwright_email"] ?? "",
      from: partyOf(body.from),
      to: body.personalizations.flatMap(({ to }) => to.map(partyOf)),
      replyTo: body.reply_to?.email,
      subject: body.subject,
      text: plain.value,
      html: html?.value ?? null,
      headers,
    };
  },
  accepted: ({ id }) => new Response(null, { status: 202, headers: { "x-message-id": id } }),
  refused: () => fault(400, "Does not contain a valid address."),
  unauthorized: () =>
    fault(401, "The provided authorization grant is invalid, expired, or revoked"),
  throttled: () => throttledBy({ errors: [{ field: null, message: "too many requests" }] }),
  found({ pathname, searchParams }, taken) {
    if (pathname !== "/v3/messages") return undefined;
    const [, name = "", value = ""] =
      /^\(unique_args\['(\w+)'\]="([^"]*)"\)$/.exec(searchParams.get("query") ?? "") ?? [];
    if (name !== "mailwright_email") return fault(400, "invalid syntax");
    const wanted = taken.filter(({ key }) => key === value);
    return Response.json({
      messages: wanted.map(({ id, from, to, subject }) => ({
        msg_id: `${id}.filter0307p1las1-16816-5A023E36-1.0`,
        from_email: from.email,
        to_email: to[0]?.email,
        subject,
        status: "processing",
        opens_count: 0,
        clicks_count: 0,
        last_event_time: "2026-11-29T12:00:00Z",
      })),
    });
  },
  checked: () => Response.json({ scopes: ["mail.send", "alerts.read"] }),
};
