import { postmarkGateway } from "../../gateways/postmark.ts";
import { EMAIL, type Provider, secretCall } from "./provider.ts";

const SECRET = "chosen by whoever set it up";

const common = {
  MessageID: "883953f4-6105-42a2-a16a-77a8eac79483",
  ServerID: 23,
  MessageStream: "broadcast",
  Metadata: { mailwright: EMAIL },
};
const bounced = {
  ...common,
  RecordType: "Bounce",
  Email: "zoe@example.org",
  From: "shop@example.com",
  BouncedAt: "2026-11-29T11:59:58.9070259Z",
  DumpAvailable: true,
  Inactive: true,
  CanActivate: true,
  Subject: "News",
};
const at = Date.parse("2026-11-29T11:59:58.907Z");
const fact = { at, message_id: common.MessageID };

/** https://postmarkapp.com/developer/webhooks/bounce-webhook and its neighbours */
export const postmark: Provider = {
  adapter: postmarkGateway,
  settings: {},
  secrets: { api_key: "pm", webhook_secret: SECRET },
  call: ([event], forgery) => secretCall(event, SECRET, forgery),
  batches: false,
  signs: { body: false, time: false },
  recorded: [
    {
      what: "delivery",
      event: {
        ...common,
        RecordType: "Delivery",
        Recipient: "zoe@example.org",
        DeliveredAt: "2026-11-29T11:59:58.9070259Z",
        Details: "smtp;250 2.0.0 OK for zoe@example.org",
      },
      fact: { ...fact, kind: "delivered", detail: "smtp;250 2.0.0 OK for [address]" },
    },
    ...(
      [
        ["left by its own link", "Recipient", "ManualSuppression", true],
        ["suppressed by hand there", "Customer", "ManualSuppression", true],
        ["suppressed for a bounce, which is told by itself", "Recipient", "HardBounce", true],
        ["back again", "Recipient", null, false],
      ] as const
    ).map(([what, Origin, SuppressionReason, SuppressSending], index) => ({
      what,
      event: {
        ...common,
        RecordType: "SubscriptionChange",
        ChangedAt: "2026-11-29T11:59:58.9070259Z",
        Recipient: "zoe@example.org",
        Origin,
        SuppressSending,
        SuppressionReason,
      },
      fact: index === 0 ? { ...fact, kind: "unsubscribed" as const } : undefined,
    })),
    {
      what: "hard bounce",
      event: {
        ...bounced,
        ID: 4_323_372_036_854_775,
        Type: "HardBounce",
        TypeCode: 1,
        Name: "Hard bounce",
        Description: "The server was unable to deliver your message.",
        Details: "smtp;550 5.1.1 The mailbox does not exist",
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "hard",
        status: "5.1.1",
        detail: "smtp;550 5.1.1 The mailbox does not exist",
      },
    },
    {
      what: "soft bounce",
      event: {
        ...bounced,
        ID: 43,
        Type: "SoftBounce",
        TypeCode: 4096,
        Description: "Unable to temporarily deliver message.",
        Details: "",
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "soft",
        detail: "Unable to temporarily deliver message.",
      },
    },
    {
      what: "DMARC policy",
      event: { ...bounced, ID: 44, Type: "DMARCPolicy", TypeCode: 100_009, Details: "5.7.26" },
      fact: { ...fact, kind: "bounced", bounce: "block", status: "5.7.26", detail: "5.7.26" },
    },
    {
      what: "a filter's word that it is spam",
      event: { ...bounced, ID: 47, Type: "SpamNotification", TypeCode: 512, Details: "5.7.1" },
      fact: { ...fact, kind: "bounced", bounce: "block", status: "5.7.1", detail: "5.7.1" },
    },
    {
      what: "spam complaint",
      event: { ...bounced, RecordType: "SpamComplaint", ID: 45, Type: "SpamComplaint" },
      fact: { ...fact, kind: "complained" },
    },
    {
      what: "an answer by a machine",
      event: { ...bounced, ID: 46, Type: "AutoResponder", TypeCode: 64 },
      fact: undefined,
    },
    {
      what: "open",
      event: { ...common, RecordType: "Open", ReceivedAt: "2026-11-29T11:59:58Z" },
      fact: undefined,
    },
  ],
};
