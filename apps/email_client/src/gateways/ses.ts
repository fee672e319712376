import { AwsClient } from "aws4fetch";
import { encodeWords } from "nodemailer/lib/mime-funcs";
import type { Account, Gateway, GatewayAdapter, Message, SettingFault } from "./gateway.ts";
import { sesWebhook } from "./ses-webhook.ts";
import { handedOver, type HeaderLimits } from "./header-limits.ts";
import { type Answer, apiAddress, httpService } from "./http-service.ts";
import { nameAddress, type Person } from "./person.ts";
import { textAt } from "./text-at.ts";

/**
 * It sets both itself and takes neither as a header of a simple message, or would have it twice:
 * https://docs.aws.amazon.com/ses/latest/dg/header-fields.html. The first two parts of its own Feedback-ID are ours to choose.
 */
const HEADER_LIMITS: HeaderLimits = {
  "Message-ID": { kind: "withheld", instead: "Amazon's own." },
  "Feedback-ID": {
    kind: "changed",
    instead: "Amazon's own, which begins with the campaign's and the sender's part of ours.",
  },
};

/**
 * Amazon SES: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html. It takes no idempotency key, and a
 * message can be looked up by no name but the one in the answer that was lost.
 */
export const sesGateway: GatewayAdapter = {
  kind: "ses",
  title: "Amazon SES",
  description: "Sends through Amazon Simple Email Service, version 2 of its API.",
  fields: [
    {
      name: "region",
      label: "Region",
      type: "text",
      required: true,
      secret: false,
      placeholder: "eu-central-1",
    },
    { name: "username", label: "Access key id", type: "text", required: true, secret: false },
    {
      name: "password",
      label: "Secret access key",
      type: "password",
      required: true,
      secret: true,
      hint: "Of a user that may ses:SendEmail, and ses:GetAccount to check the connection.",
    },
    {
      name: "configuration_set",
      label: "Configuration set",
      type: "text",
      required: false,
      secret: false,
      group: "webhooks",
      hint: "Where SES publishes what becomes of a message.",
    },
    {
      name: "webhook_topic",
      label: "SNS topic of webhooks",
      type: "text",
      required: false,
      secret: false,
      group: "webhooks",
      placeholder: "arn:aws:sns:eu-central-1:123456789012:mailwright",
      hint: "The SNS topic that the configuration set publishes to. Messages of no other are believed.",
    },
    apiAddress("https://email.eu-central-1.amazonaws.com", "Empty: the one of the region."),
  ],
  capabilities: { idempotency: "none", lookup: false, batch: false, perItemResult: true },
  // The secret access key signs requests and never leaves.
  servers: (settings) => [{ field: "api_url", address: apiUrlOf(settings), secrets: [] }],
  headerLimits: HEADER_LIMITS,
  webhook:
    "At Amazon: let the configuration set publish sends, deliveries, bounces, complaints and rejects to an SNS topic, set that topic here first, and then subscribe this address to it by HTTPS. It confirms itself.",
  faults: ({ region = "", webhook_topic: topic = "" }) => [
    ...regionFaults(region),
    ...topicFaults(topic),
  ],
  open: openSes,
};

function regionFaults(region: string): SettingFault[] {
  return region === "" || /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)
    ? []
    : [{ field: "region", message: "Enter the region's code, such as eu-central-1." }];
}

function topicFaults(topic: string): SettingFault[] {
  return topic === "" || /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+$/.test(topic)
    ? []
    : [
        {
          field: "webhook_topic",
          message: "Enter the topic's ARN, which begins with arn:aws:sns:.",
        },
      ];
}

function openSes({ settings, secrets, clock }: Account): Gateway {
  const {
    region = "",
    username = "",
    configuration_set: configurationSet = "",
    webhook_topic: topic = "",
  } = settings;
  const { password = "" } = secrets;
  const aws = new AwsClient({
    accessKeyId: username,
    secretAccessKey: password,
    service: "ses",
    region,
    retries: 0,
  });
  const service = httpService(
    {
      name: "Amazon SES",
      baseUrl: apiUrlOf(settings),
      headers: {},
      secrets: [password],
      words: (body) => (isOfAnotherTime(body) ? `${wordsIn(body)} ${WRONG_CLOCK}` : wordsIn(body)),
      meaning,
      // By itself it would take the time of this process, which may be another one than all others go by.
      sign: (request) => aws.sign(request, { aws: { datetime: amzDate(clock.now()) } }),
    },
    clock,
  );
  return {
    webhook: sesWebhook(topic, clock),
    send: (message, signal) =>
      service.send(
        { path: "/v2/email/outbound-emails", body: bodyOf(message, configurationSet) },
        signal,
        ({ body }) => textAt(body, "MessageId"),
      ),
    check: (signal) =>
      service.check({ method: "GET", path: "/v2/email/account" }, signal, (body) => {
        const most = textAt(body, "SendQuota", "MaxSendRate");
        const live = (body as { ProductionAccessEnabled?: unknown }).ProductionAccessEnabled;
        return `The keys are valid.${live === false ? " The account is in the sandbox: it sends to confirmed addresses only." : ""}${most ? ` It may send ${most} a second.` : ""}`;
      }),
  };
}

function apiUrlOf({ region = "", api_url: apiUrl = "" }: Record<string, string>): string {
  return apiUrl || (region && `https://email.${region}.amazonaws.com`);
}

/** 20310203T040506Z: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function amzDate(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[:-]|\.\d{3}/g, "");
}

const WRONG_CLOCK = "The clock of Redis, by which requests are signed, is wrong: set it right.";

/** A signature is good for five minutes. Amazon says so with the same code as of a wrong key, and in other words. */
function isOfAnotherTime(body: unknown): boolean {
  return /^signature (?:expired|not yet current)/i.test(wordsIn(body) ?? "");
}

/** What went wrong stands in a header; a colon ends it there. */
function meaning({ status, headers, body }: Answer) {
  if (isOfAnotherTime(body)) return "unavailable";
  const [type = ""] = (headers.get("x-amzn-errortype") ?? "").split(":");
  switch (type) {
    case "TooManyRequestsException":
    case "ThrottlingException":
    case "LimitExceededException":
      return "throttled";
    case "AccountSuspendedException":
    case "SendingPausedException":
    case "MailFromDomainNotVerifiedException":
    case "NotFoundException":
      return "unauthorized";
    case "MessageRejected":
      // Of the sender; in the sandbox it may be the recipient, and then nobody else is mailed either.
      return /^email address is not verified/i.test(wordsIn(body) ?? "")
        ? "unauthorized"
        : "rejected";
    default:
      // Signatures and keys that do not hold are answered with 403, other faults of ours with 400.
      return status === 404 ? "unauthorized" : undefined;
  }
}

function wordsIn(body: unknown): string | undefined {
  return textAt(body, "message") ?? textAt(body, "Message");
}

function bodyOf(
  { key, from, to, subject, html, text, headers }: Message,
  configurationSet: string,
): object {
  return {
    FromEmailAddress: encoded(from),
    Destination: { ToAddresses: [encoded(to)] },
    ...(from.reply_to !== undefined && { ReplyToAddresses: [from.reply_to] }),
    ...(configurationSet !== "" && { ConfigurationSetName: configurationSet }),
    EmailTags: [{ Name: "mailwright_email", Value: key }, ...feedbackTags(headers)],
    Content: {
      Simple: {
        Subject: partOf(subject),
        Body: { Text: partOf(text), ...(html !== null && { Html: partOf(html) }) },
        Headers: Object.entries({
          ...handedOver(headers, HEADER_LIMITS),
          "X-Mailwright-Email": key,
        }).map(([Name, Value]) => ({ Name, Value })),
      },
    },
  };
}

/** A tag's value is letters, digits, dashes and underscores. */
const TAG = /^[A-Za-z0-9_-]{1,256}$/;

/**
 * What of a campaign's Feedback-ID Amazon puts before its own, by tags of these names. The first part of ours is the campaign
 * and the last one the sender:
 * https://aws.amazon.com/blogs/messaging-and-targeting/understanding-google-postmaster-tools-spam-complaints-for-amazon-ses-email-senders/
 */
function feedbackTags(headers: Record<string, string>): object[] {
  const parts = headers["Feedback-ID"]?.split(":") ?? [];
  const tags = { "ses:feedback-id-a": parts[0], "ses:feedback-id-b": parts.at(-1) };
  return Object.entries(tags).flatMap(([Name, Value]) =>
    Value !== undefined && TAG.test(Value) ? [{ Name, Value }] : [],
  );
}

function partOf(text: string): object {
  return { Data: text, Charset: "UTF-8" };
}

/** SES takes addresses in ASCII alone: a name in another script is written as RFC 2047 has it. */
function encoded({ name, email }: Person): string {
  // oxlint-disable-next-line no-control-regex
  return /^[\u0000-\u007f]*$/.test(name)
    ? nameAddress({ name, email })
    : `${encodeWords(name, "B", 52, true)} <${email}>`;
}
