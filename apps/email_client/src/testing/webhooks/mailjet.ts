import { mailjetGateway } from "../../gateways/mailjet.ts";
import { EMAIL, type Provider, secretCall } from "./provider.ts";

const SECRET = "chosen by whoever set it up";

const common = {
  time: 1_796_040_000,
  MessageID: 13_792_286_917_004_336,
  Message_GUID: "1ab23cd4-e567-8901-2345-6789f0ab1c2d",
  email: "zoe@example.org",
  mj_campaign_id: 7_257,
  mj_contact_id: 4,
  customcampaign: "",
  CustomID: EMAIL,
  Payload: "",
};
const fact = { at: 1_796_040_000_000, message_id: common.Message_GUID };

/** https://dev.mailjet.com/email/guides/webhooks/ */
export const mailjet: Provider = {
  adapter: mailjetGateway,
  settings: { username: "key" },
  secrets: { password: "x", webhook_secret: SECRET },
  // A single event comes bare, unless grouping is on.
  call: (events, forgery) => secretCall(events.length === 1 ? events[0] : events, SECRET, forgery),
  batches: true,
  signs: { body: false, time: false },
  recorded: [
    {
      what: "sent",
      event: {
        ...common,
        event: "sent",
        mj_message_id: "19421777835146490",
        smtp_reply: "sent (250 2.0.0 OK 1433333948 fa5si855896wjc.199 - gsmtp)",
      },
      fact: {
        ...fact,
        kind: "delivered",
        detail: "sent (250 2.0.0 OK 1433333948 fa5si855896wjc.199 - gsmtp)",
      },
    },
    {
      what: "hard bounce",
      event: {
        ...common,
        event: "bounce",
        blocked: false,
        hard_bounce: true,
        error_related_to: "recipient",
        error: "user unknown",
        comment: "550 5.1.1 no such user",
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "hard",
        status: "5.1.1",
        detail: "user unknown: 550 5.1.1 no such user",
      },
    },
    {
      what: "soft bounce",
      event: {
        ...common,
        time: 1_796_040_001,
        event: "bounce",
        hard_bounce: false,
        error_related_to: "recipient",
        error: "quota exceeded",
        comment: "",
      },
      fact: {
        ...fact,
        at: 1_796_040_001_000,
        kind: "bounced",
        bounce: "soft",
        detail: "quota exceeded",
      },
    },
    {
      what: "a hard bounce for spam",
      event: {
        ...common,
        time: 1_796_040_002,
        event: "bounce",
        hard_bounce: true,
        error_related_to: "spam",
        error: "sender blocked",
      },
      fact: {
        ...fact,
        at: 1_796_040_002_000,
        kind: "bounced",
        bounce: "block",
        detail: "sender blocked",
      },
    },
    {
      what: "blocked",
      event: {
        ...common,
        time: 1_796_040_003,
        event: "blocked",
        error_related_to: "mailjet",
        error: "preblocked",
      },
      fact: {
        ...fact,
        at: 1_796_040_003_000,
        kind: "bounced",
        bounce: "block",
        detail: "preblocked",
      },
    },
    {
      what: "spam",
      event: { ...common, event: "spam", source: "JMRPP" },
      fact: { ...fact, kind: "complained" },
    },
    {
      what: "unsubscribed by Mailjet's own link",
      event: { ...common, event: "unsub", mj_list_id: 1 },
      fact: { ...fact, kind: "unsubscribed" },
    },
    { what: "open", event: { ...common, event: "open", ip: "192.0.2.1" }, fact: undefined },
  ],
};
