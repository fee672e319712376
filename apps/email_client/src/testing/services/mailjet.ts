import { mailjetGateway } from "../../gateways/mailjet.ts";
import { type Dialect, headersOf, type Party, strangeNames, throttledBy } from "./fake-service.ts";

interface Message {
  From: { Email: string; Name?: string };
  To: { Email: string; Name?: string }[];
  ReplyTo?: { Email: string };
  Subject: string;
  TextPart: string;
  HTMLPart?: string;
  CustomID: string;
  Headers: Record<string, string>;
}

const ALLOWED =
  "From Sender To Cc Bcc ReplyTo Subject TextPart HTMLPart TemplateID TemplateLanguage Attachments InlinedAttachments Priority CustomCampaign DeduplicateCampaign TrackOpens TrackClicks CustomID EventPayload URLTags Headers Variables".split(
    " ",
  );
const FORBIDDEN =
  "from sender subject to cc bcc return-path delivered-to dkim-signature received date message-id user-agent x-mailer list-id reply-to".split(
    " ",
  );
const BASIC = `Basic ${Buffer.from("mj-key:mj-secret-6c1f").toString("base64")}`;
const partyOf = ({ Email, Name = "" }: { Email: string; Name?: string }): Party => ({
  name: Name,
  email: Email,
});

/** https://dev.mailjet.com/email/guides/send-api-v31/ */
export const mailjet: Dialect = {
  adapter: mailjetGateway,
  settings: { username: "mj-key" },
  secrets: { password: "mj-secret-6c1f" },
  knows: (request) => request.headers.get("authorization") === BASIC,
  sends: "POST /v3.1/send",
  checks: "GET /v3/REST/sender",
  read(text) {
    const { Messages } = JSON.parse(text) as { Messages: Message[] };
    const [message] = Messages;
    if (message === undefined || Messages.length > 1) return "there is not one message";
    const strange = strangeNames(message, ALLOWED, ["From", "To", "TextPart"]);
    if (strange !== undefined) return strange;
    if (message.Subject.length > 255) return "the subject is too long";
    const headers = headersOf(Object.entries(message.Headers));
    const forbidden = FORBIDDEN.find((name) => name in headers);
    if (forbidden !== undefined) return `send-0011: ${forbidden}`;
    return {
      key: message.CustomID,
      from: partyOf(message.From),
      to: message.To.map(partyOf),
      replyTo: message.ReplyTo?.Email,
      subject: message.Subject,
      text: message.TextPart,
      html: message.HTMLPart ?? null,
      headers,
    };
  },
  accepted: ({ id, key, to }) =>
    Response.json({
      Messages: [
        {
          Status: "success",
          CustomID: key,
          To: [{ Email: to[0]?.email, MessageUUID: id, MessageID: 456, MessageHref: "" }],
          Cc: [],
          Bcc: [],
        },
      ],
    }),
  refused: () =>
    Response.json(
      {
        Messages: [
          {
            Status: "error",
            Errors: [
              {
                ErrorIdentifier: "f987008f-251a-4dff-8ffc-40f1583ad7bc",
                ErrorCode: "mj-0013",
                StatusCode: 400,
                ErrorMessage: '"x" is an invalid email address.',
                ErrorRelatedTo: ["To[0].Email"],
              },
            ],
          },
        ],
      },
      { status: 400 },
    ),
  unauthorized: () =>
    Response.json(
      {
        ErrorIdentifier: "1",
        ErrorCode: "mj-0004",
        StatusCode: 401,
        ErrorMessage: "API key authentication/authorization failure.",
      },
      { status: 401 },
    ),
  throttled: () => throttledBy({ ErrorMessage: "Too many requests" }),
  checked: () => Response.json({ Count: 1, Data: [{ ID: 1 }], Total: 1 }),
  found({ pathname, searchParams }, taken) {
    if (pathname !== "/v3/REST/message") return undefined;
    const wanted = taken.filter(({ key }) => key === searchParams.get("CustomID"));
    return Response.json({
      Count: wanted.length,
      Data: wanted.map(({ id }) => ({ ID: 576460754655154, UUID: id, Status: "sent" })),
      Total: wanted.length,
    });
  },
};
