import { generateKeyPairSync, sign } from "node:crypto";
import { sendgridGateway } from "../../gateways/sendgrid.ts";
import { EMAIL, jsonCall, NOW, OLD, type Provider } from "./provider.ts";

const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
const others = generateKeyPairSync("ec", { namedCurve: "P-256" });
const shown = keys.publicKey.export({ format: "der", type: "spki" }).toString("base64");

const common = {
  email: "zoe@example.org",
  timestamp: 1_796_040_000,
  "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
  sg_message_id: "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
  mailwright_email: EMAIL,
};
const fact = { at: 1_796_040_000_000, message_id: common.sg_message_id };

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
export const sendgrid: Provider = {
  adapter: sendgridGateway,
  settings: {},
  secrets: { api_key: "SG.x", webhook_secret: shown },
  call(events, forgery) {
    const text = JSON.stringify(events);
    if (forgery === "unsigned") return jsonCall(text);
    const timestamp = String(Math.floor((forgery === "old" ? OLD : NOW) / 1_000));
    const { privateKey } = forgery === "other secret" ? others : keys;
    const signature = sign("sha256", Buffer.from(timestamp + text), privateKey).toString("base64");
    return jsonCall(forgery === "other body" ? `${text} ` : text, {
      "x-twilio-email-event-webhook-signature": signature,
      "x-twilio-email-event-webhook-timestamp": timestamp,
    });
  },
  batches: true,
  signs: { body: true, time: true },
  recorded: [
    {
      what: "processed",
      event: { ...common, event: "processed", sg_event_id: "rWVYmVk90MjZJ9iohOBa3w==" },
      fact: { ...fact, kind: "accepted" },
    },
    {
      what: "delivered",
      event: {
        ...common,
        event: "delivered",
        response: "250 OK",
        sg_event_id: "ZGVsaXZlcmVkLTAtMQ",
      },
      fact: { ...fact, kind: "delivered", detail: "250 OK" },
    },
    {
      what: "bounce",
      event: {
        ...common,
        event: "bounce",
        type: "bounce",
        bounce_classification: "Invalid Address",
        reason: "550 5.1.1 The email account that you tried to reach does not exist.",
        status: "5.1.1",
        sg_event_id: "6g4ZI7SA-xmRDv57GoPIPw==",
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "hard",
        status: "5.1.1",
        detail: "550 5.1.1 The email account that you tried to reach does not exist.",
      },
    },
    {
      what: "a bounce without a meaningful status",
      event: {
        ...common,
        event: "bounce",
        type: "bounce",
        reason: "500 unknown recipient",
        status: "5.0.0",
        sg_event_id: "Ym91bmNlLTUwMA",
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "hard",
        status: "5.0.0",
        detail: "500 unknown recipient",
      },
    },
    {
      what: "blocked",
      event: {
        ...common,
        event: "bounce",
        type: "blocked",
        reason: "554 5.7.1 Service unavailable",
        status: "5.7.1",
        sg_event_id: "YmxvY2tlZC0x",
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "block",
        status: "5.7.1",
        detail: "554 5.7.1 Service unavailable",
      },
    },
    ...["unsubscribe", "group_unsubscribe"].map((event) => ({
      what: event,
      event: { ...common, event, sg_event_id: event },
      fact: { ...fact, kind: "unsubscribed" as const },
    })),
    {
      what: "dropped for somebody who had unsubscribed there",
      event: { ...common, event: "dropped", reason: "Unsubscribed Address", sg_event_id: "dW5z" },
      fact: { ...fact, kind: "unsubscribed", detail: "Unsubscribed Address" },
    },
    {
      what: "dropped for what we wrote",
      event: {
        ...common,
        event: "dropped",
        reason: "Invalid SMTPAPI header",
        sg_event_id: "aW52YWxpZA",
      },
      fact: { ...fact, kind: "bounced", bounce: "block", detail: "Invalid SMTPAPI header" },
    },
    {
      what: "dropped for an earlier bounce",
      event: {
        ...common,
        event: "dropped",
        reason: "Bounced Address",
        status: "5.0.0",
        sg_event_id: "zmzJhfJgAfUSOW80yEbPyw==",
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "hard",
        status: "5.0.0",
        detail: "Bounced Address",
      },
    },
    {
      what: "spam report",
      event: { ...common, event: "spamreport", sg_event_id: "37nvH5QBz858KGVYCM4uOA==" },
      fact: { ...fact, kind: "complained" },
    },
    {
      what: "deferred",
      event: {
        ...common,
        event: "deferred",
        response: "400 try again later",
        attempt: "5",
        sg_event_id: "t7LEShmowp86DTdUW8M-GQ==",
      },
      fact: undefined,
    },
    {
      what: "of a message that was not ours",
      event: {
        email: "x@example.org",
        timestamp: 1_796_040_000,
        event: "delivered",
        sg_event_id: "x",
      },
      fact: undefined,
    },
  ],
};
