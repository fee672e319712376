import { resendGateway } from "../../gateways/resend.ts";
import { EMAIL, type Provider } from "./provider.ts";
import { standardCall } from "./standard.ts";

const KEY = Buffer.from("of Resend, 24 bytes long");

const at = "2026-11-29T11:59:58.126Z";
const data = {
  broadcast_id: "8b146471-e88e-4322-86af-016cd36fd216",
  created_at: "2026-11-29T11:59:57.894719+00:00",
  email_id: "56761188-7520-42d8-8898-ff6fc54ce618",
  from: "Shop <shop@example.com>",
  to: ["zoe@example.org"],
  subject: "News",
  tags: { mailwright_email: EMAIL },
};
const fact = { at: Date.parse(at), message_id: data.email_id };

/** https://resend.com/docs/dashboard/webhooks/event-types */
export const resend: Provider = {
  adapter: resendGateway,
  settings: {},
  secrets: { api_key: "re_x", webhook_secret: `whsec_${KEY.toString("base64")}` },
  call: ([event], forgery) => standardCall(event, "svix", KEY, forgery),
  batches: false,
  signs: { body: true, time: true },
  recorded: [
    {
      what: "sent",
      event: { type: "email.sent", created_at: at, data },
      fact: { ...fact, kind: "accepted" },
    },
    {
      what: "delivered",
      event: { type: "email.delivered", created_at: at, data },
      fact: { ...fact, kind: "delivered" },
    },
    {
      what: "bounced, with tags as they were before",
      event: {
        type: "email.bounced",
        created_at: at,
        data: {
          ...data,
          tags: [{ name: "mailwright_email", value: EMAIL }],
          bounce: {
            message: "The recipient's email address is on the suppression list.",
            subType: "Suppressed",
            type: "Permanent",
          },
        },
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "hard",
        detail: "The recipient's email address is on the suppression list.",
      },
    },
    {
      what: "bounced for now, named by a header alone",
      event: {
        type: "email.bounced",
        created_at: at,
        data: {
          ...data,
          tags: undefined,
          headers: [{ name: "X-Mailwright-Email", value: EMAIL }],
          bounce: { message: "The mailbox is full.", subType: "MailboxFull", type: "Transient" },
        },
      },
      fact: { ...fact, kind: "bounced", bounce: "soft", detail: "The mailbox is full." },
    },
    {
      what: "bounced for its content",
      event: {
        type: "email.bounced",
        created_at: at,
        data: { ...data, bounce: { message: "", subType: "ContentRejected", type: "Transient" } },
      },
      fact: { ...fact, kind: "bounced", bounce: "block" },
    },
    {
      what: "suppressed",
      event: {
        type: "email.suppressed",
        created_at: at,
        data: {
          ...data,
          suppressed: {
            message: "The address is on the account's suppression list.",
            type: "OnAccountSuppressionList",
          },
        },
      },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "hard",
        detail: "The address is on the account's suppression list.",
      },
    },
    {
      what: "failed",
      event: {
        type: "email.failed",
        created_at: at,
        data: { ...data, failed: { reason: "reached_daily_quota" } },
      },
      fact: { ...fact, kind: "bounced", bounce: "block", detail: "reached_daily_quota" },
    },
    {
      what: "complained",
      event: { type: "email.complained", created_at: at, data },
      fact: { ...fact, kind: "complained" },
    },
    {
      what: "delayed",
      event: { type: "email.delivery_delayed", created_at: at, data },
      fact: undefined,
    },
  ],
};
