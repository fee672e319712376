import { postmarkGateway } from "../../gateways/postmark.ts";
import { type Dialect, headersOf, strangeNames, throttledBy } from "./fake-service.ts";
import { partiesIn, partyIn } from "./parties.ts";

interface Body {
  From: string;
  To: string;
  ReplyTo?: string;
  Subject: string;
  TextBody: string;
  HtmlBody?: string;
  Headers: { Name: string; Value: string }[];
  Metadata: Record<string, string>;
  MessageStream: string;
}

const ALLOWED =
  "From To Cc Bcc Subject Tag HtmlBody TextBody ReplyTo Metadata Headers TrackOpens TrackLinks Attachments MessageStream".split(
    " ",
  );

/** Of a server as it is made, and one that was archived: https://postmarkapp.com/developer/api/message-streams-api. */
const STREAMS = [
  stream("outbound", "Default Transactional Stream", "Transactional"),
  stream("inbound", "Default Inbound Stream", "Inbound"),
  stream("broadcast", "Default Broadcast Stream", "Broadcasts"),
  { ...stream("spring", "Spring", "Broadcasts"), ArchivedAt: "2026-06-01T00:00:00-04:00" },
];

function stream(ID: string, Name: string, MessageStreamType: string) {
  return { ID, ServerID: 1, Name, MessageStreamType, ArchivedAt: null as string | null };
}

/** https://postmarkapp.com/developer/api/email-api */
export const postmark: Dialect = {
  adapter: postmarkGateway,
  settings: {},
  secrets: { api_key: "pm-token-6c1f" },
  knows: (request) => request.headers.get("x-postmark-server-token") === "pm-token-6c1f",
  sends: "POST /email",
  checks: "GET /server",
  read(text) {
    const body = JSON.parse(text) as Body;
    const strange = strangeNames(body, ALLOWED, ["From", "To", "TextBody"]);
    if (strange !== undefined) return strange;
    const [[name = "", key = ""] = []] = Object.entries(body.Metadata);
    if (name.length > 20 || key.length > 80) return "metadata is too long";
    if (body.MessageStream !== "broadcast") return "the stream is not the usual one";
    const headers = headersOf(body.Headers.map(({ Name, Value }) => [Name, Value]));
    if (headers["x-pm-keepid"] !== "true") return "the Message-ID would be replaced";
    return {
      key,
      from: partyIn(body.From),
      to: partiesIn(body.To),
      replyTo: body.ReplyTo,
      subject: body.Subject,
      text: body.TextBody,
      html: body.HtmlBody ?? null,
      headers,
    };
  },
  accepted: ({ id, to }) =>
    Response.json({
      To: to[0]?.email,
      SubmittedAt: "2026-11-29T12:00:00Z",
      MessageID: id,
      ErrorCode: 0,
      Message: "OK",
    }),
  refused: () =>
    Response.json({ ErrorCode: 300, Message: "Invalid 'To' address" }, { status: 422 }),
  unauthorized: () =>
    Response.json({ ErrorCode: 10, Message: "Bad or missing server token" }, { status: 401 }),
  throttled: () => throttledBy({ ErrorCode: 429, Message: "Rate limit exceeded" }),
  checked: () => Response.json({ ID: 1, Name: "Newsletters", DeliveryType: "Live" }),
  found({ pathname, searchParams }, taken) {
    const [, id] = /^\/message-streams\/(.+)$/.exec(pathname) ?? [];
    if (id !== undefined) return streamOf(id);
    if (pathname !== "/messages/outbound") return undefined;
    if (!searchParams.has("count") || !searchParams.has("offset"))
      return Response.json(
        { ErrorCode: 701, Message: "count and offset are needed" },
        { status: 422 },
      );
    const wanted = taken.filter(({ key }) => key === searchParams.get("metadata_mailwright"));
    return Response.json({
      TotalCount: wanted.length,
      Messages: wanted.map(({ id }) => ({ MessageID: id, Status: "Sent" })),
    });
  },
};

function streamOf(wanted: string): Response {
  const found = STREAMS.find(({ ID }) => ID === wanted);
  if (found !== undefined) return Response.json(found);
  const Message = "The message stream for the provided 'ID' was not found.";
  return Response.json({ ErrorCode: 1226, Message }, { status: 422 });
}
