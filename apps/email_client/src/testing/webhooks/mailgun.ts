import { createHmac } from "node:crypto";
import { mailgunGateway } from "../../gateways/mailgun.ts";
import { EMAIL, jsonCall, NOW, OLD, type Provider } from "./provider.ts";

const SIGNING_KEY = "key-of-webhooks-7b1d";

const common = {
  timestamp: 1_796_040_000.908_181,
  "log-level": "info",
  recipient: "zoe@example.org",
  "recipient-domain": "example.org",
  message: { headers: { "message-id": `${EMAIL}@mg.example.com`, to: "Zoë <zoe@example.org>" } },
  "user-variables": { mailwright_email: EMAIL },
};
const fact = { at: 1_796_040_000_908, message_id: `<${EMAIL}@mg.example.com>` };

/** https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads */
export const mailgun: Provider = {
  adapter: mailgunGateway,
  settings: { domain: "mg.example.com" },
  secrets: { api_key: "key-x", webhook_secret: SIGNING_KEY },
  call([event], forgery) {
    const timestamp = String(Math.floor((forgery === "old" ? OLD : NOW) / 1_000));
    const token = "70b91a64ed0f1bdf90fb9c6ea7e3c31d5792a3d0945ffc20fe";
    const key = forgery === "other secret" ? "key-of-another" : SIGNING_KEY;
    const signature = createHmac("sha256", key).update(`${timestamp}${token}`).digest("hex");
    return jsonCall({
      ...(forgery !== "unsigned" && { signature: { timestamp, token, signature } }),
      "event-data": event,
    });
  },
  batches: false,
  signs: { body: false, time: true },
  recorded: [
    {
      what: "accepted",
      event: { ...common, event: "accepted", id: "CCXMjJ7nQi2N3BPigGOdgQ" },
      fact: { ...fact, kind: "accepted" },
    },
    {
      what: "delivered",
      event: {
        ...common,
        event: "delivered",
        id: "CPgfbmQMTCKtHW6uIWtuVe",
        "delivery-status": { code: 250, message: "OK", description: "", "attempt-no": 1 },
      },
      fact: { ...fact, kind: "delivered" },
    },
    {
      what: "permanent failure",
      event: {
        ...common,
        event: "failed",
        severity: "permanent",
        reason: "bounce",
        id: "G9Bn5sl1TC6nu79C8C0bwg",
        "delivery-status": {
          code: 550,
          message: "5.1.1 The email account that you tried to reach does not exist",
          description: "",
          "attempt-no": 1,
        },
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "hard",
        status: "5.1.1",
        detail: "550 5.1.1 The email account that you tried to reach does not exist",
      },
    },
    {
      what: "permanent failure for an earlier bounce",
      event: {
        ...common,
        event: "failed",
        severity: "permanent",
        reason: "suppress-bounce",
        id: "c3VwcHJlc3MtYm91bmNl",
        "delivery-status": {
          code: 605,
          message: "",
          description: "Not delivering to previously bounced address",
        },
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "hard",
        detail: "605 Not delivering to previously bounced address",
      },
    },
    {
      what: "permanent failure after days of trying",
      event: {
        ...common,
        event: "failed",
        severity: "permanent",
        reason: "old",
        id: "b2xkLW9uZQ",
        "delivery-status": { code: 602, message: "Too old", description: "" },
      },
      fact: { ...fact, kind: "bounced", bounce: "soft", detail: "602 Too old" },
    },
    {
      what: "permanent failure of which Mailgun knows no more",
      event: {
        ...common,
        event: "failed",
        severity: "permanent",
        reason: "generic",
        id: "Z2VuZXJpYw",
        "delivery-status": { code: 554, message: "Message not allowed [PH01]", description: "" },
      },
      fact: { ...fact, kind: "bounced", bounce: "soft", detail: "554 Message not allowed [PH01]" },
    },
    {
      what: "permanent failure by a filter, whatever Mailgun calls it",
      event: {
        ...common,
        event: "failed",
        severity: "permanent",
        reason: "bounce",
        id: "Ymxja2Vk",
        "delivery-status": { code: 554, message: "Rejected due to spam content", description: "" },
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "block",
        detail: "554 Rejected due to spam content",
      },
    },
    {
      what: "complained",
      event: { ...common, event: "complained", id: "-Agny091SquKnsrW2NEKUA" },
      fact: { ...fact, kind: "complained" },
    },
    {
      what: "unsubscribed by Mailgun's own link",
      event: { ...common, event: "unsubscribed", id: "W3X4JOhFT-OZidZGKKr9iA" },
      fact: { ...fact, kind: "unsubscribed" },
    },
    {
      what: "not sent to somebody who had unsubscribed there",
      event: {
        ...common,
        event: "failed",
        severity: "permanent",
        reason: "suppress-unsubscribe",
        id: "dW5zdWJzY3JpYmU",
        "delivery-status": { code: 607, message: "", description: "Not delivering" },
      },
      fact: { ...fact, kind: "unsubscribed" },
    },
    {
      what: "temporary failure",
      event: { ...common, event: "failed", severity: "temporary", id: "Fs7-5t81S2ClLhZYhMzREA" },
      fact: undefined,
    },
    { what: "opened", event: { ...common, event: "opened", id: "o" }, fact: undefined },
  ],
};
