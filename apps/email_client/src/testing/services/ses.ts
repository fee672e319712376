import { AwsV4Signer } from "aws4fetch";
import { sesGateway } from "../../gateways/ses.ts";
import { type Dialect, headersOf, strangeNames } from "./fake-service.ts";
import { encodedPartiesIn } from "./parties.ts";

interface Part {
  Data: string;
  Charset: string;
}

interface Body {
  FromEmailAddress: string;
  Destination: { ToAddresses: string[] };
  ReplyToAddresses?: string[];
  EmailTags: { Name: string; Value: string }[];
  Content: {
    Simple: {
      Subject: Part;
      Body: { Text: Part; Html?: Part };
      Headers: { Name: string; Value: string }[];
    };
  };
}

const ALLOWED =
  "ConfigurationSetName Content Destination EmailTags EndpointId FeedbackForwardingEmailAddress FeedbackForwardingEmailAddressIdentityArn FromEmailAddress FromEmailAddressIdentityArn ListManagementOptions ReplyToAddresses TenantName".split(
    " ",
  );
/** https://docs.aws.amazon.com/ses/latest/dg/header-fields.html: these are no custom headers of simple content. */
const DISALLOWED =
  "bcc cc content-disposition content-type date from message-id mime-version reply-to return-path subject to".split(
    " ",
  );
const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI-6c1f" };

/** Makes the signature anew from what came, as AWS would (Signature Version 4). */
async function isSigned(request: Request, body: string): Promise<boolean> {
  const given = request.headers.get("authorization") ?? "";
  const names = /SignedHeaders=([^,]+)/.exec(given)?.[1]?.split(";") ?? [];
  const signed = names.filter((name) => name !== "host" && name !== "x-amz-date");
  const signer = new AwsV4Signer({
    ...CREDENTIALS,
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(signed.map((name) => [name, request.headers.get(name) ?? ""])),
    ...(body !== "" && { body }),
    service: "ses",
    region: "eu-central-1",
    datetime: request.headers.get("x-amz-date") ?? "",
  });
  return given !== "" && (await signer.sign()).headers.get("authorization") === given;
}

/** Amazon adds its own, and would leave another one where it is. */
function feedbackIds(headers: Record<string, string>, tags: Record<string, string>) {
  const { "ses:feedback-id-a": a = "", "ses:feedback-id-b": b = "" } = tags;
  const own = `${a}:${b}:1.eu-central-1.Lq5yZs:AmazonSES`;
  const { "feedback-id": given } = headers;
  return { "feedback-id": given === undefined ? own : `${given}, ${own}` };
}

export const fault = (status: number, type: string, message: string) =>
  Response.json({ message }, { status, headers: { "x-amzn-errortype": `${type}:` } });

/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
export const ses: Dialect = {
  adapter: sesGateway,
  settings: { region: "eu-central-1", username: CREDENTIALS.accessKeyId },
  secrets: { password: CREDENTIALS.secretAccessKey },
  knows: isSigned,
  sends: "POST /v2/email/outbound-emails",
  checks: "GET /v2/email/account",
  async read(text) {
    const body = JSON.parse(text) as Body;
    const strange = strangeNames(body, ALLOWED, ["FromEmailAddress", "Destination", "Content"]);
    if (strange !== undefined) return strange;
    const addresses = [body.FromEmailAddress, ...body.Destination.ToAddresses];
    if (addresses.some((address) => /[^ -~]/.test(address))) return "an address is not in ASCII";
    const { Subject, Body: parts, Headers } = body.Content.Simple;
    if (Headers.length > 15) return "there are too many headers";
    const headers = headersOf(Headers.map(({ Name, Value }) => [Name, Value]));
    const disallowed = DISALLOWED.find((name) => name in headers);
    if (disallowed !== undefined) return `${disallowed} is set by Amazon`;
    const tags = Object.fromEntries(body.EmailTags.map(({ Name, Value }) => [Name, Value]));
    const tag = Object.values(tags).find((value) => !/^[A-Za-z0-9_-]{1,256}$/.test(value));
    if (tag !== undefined) return "a tag has other characters than it may";
    const [from = { name: "", email: "" }] = await encodedPartiesIn(body.FromEmailAddress);
    return {
      key: tags["mailwright_email"] ?? "",
      from,
      to: (await Promise.all(body.Destination.ToAddresses.map(encodedPartiesIn))).flat(),
      replyTo: body.ReplyToAddresses?.[0],
      subject: Subject.Data,
      text: parts.Text.Data,
      html: parts.Html?.Data ?? null,
      headers: { ...headers, ...feedbackIds(headers, tags) },
    };
  },
  accepted: ({ id }) => Response.json({ MessageId: id }),
  refused: () => fault(400, "MessageRejected", "The message has a virus."),
  unauthorized: () =>
    fault(403, "SignatureDoesNotMatch", "The request signature we calculated does not match"),
  throttled: () => fault(429, "TooManyRequestsException", "Maximum sending rate exceeded."),
  checked: () =>
    Response.json({
      ProductionAccessEnabled: false,
      SendQuota: { MaxSendRate: 14, Max24HourSend: 200 },
    }),
};
