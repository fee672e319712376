import { seedGateway } from "../../gateways/seed.ts";
import { EMAIL, type Provider } from "./provider.ts";
import { standardCall } from "./standard.ts";

const SECRET = "a secret of the seed gateway";

const at = "2026-11-29T11:59:58.500Z";
const common = { at: Date.parse(at) };

/** What `seed-webhook.ts` says of it, and what `gateway_mock` sends. */
export const seed: Provider = {
  adapter: seedGateway,
  settings: { url: "https://mail.example.com/email", username: "ann" },
  secrets: { password: "p", webhook_secret: SECRET },
  call: (events, forgery) => standardCall(events, "webhook", Buffer.from(SECRET), forgery),
  batches: true,
  signs: { body: true, time: true },
  recorded: [
    {
      what: "accepted",
      event: { type: "accepted", id: "1", email_id: EMAIL, timestamp: at, message_id: "m-1" },
      fact: { ...common, kind: "accepted", message_id: "m-1" },
    },
    {
      what: "delivered",
      event: { type: "delivered", id: "2", email_id: EMAIL, timestamp: at },
      fact: { ...common, kind: "delivered" },
    },
    {
      what: "hard bounce",
      event: {
        type: "bounced",
        id: "3",
        email_id: EMAIL,
        timestamp: at,
        bounce: "hard",
        status: "5.1.1",
        detail: "550 5.1.1 <zoe@example.org>: no such user",
      },
      fact: {
        ...common,
        kind: "bounced",
        bounce: "hard",
        status: "5.1.1",
        detail: "550 5.1.1 <[address]>: no such user",
      },
    },
    {
      what: "a bounce that is called hard and says a policy",
      event: {
        type: "bounced",
        id: "4",
        email_id: EMAIL,
        timestamp: at,
        bounce: "hard",
        status: "5.7.26",
      },
      fact: { ...common, kind: "bounced", bounce: "block", status: "5.7.26" },
    },
    {
      what: "soft bounce",
      event: { type: "bounced", id: "5", email_id: EMAIL, timestamp: at, bounce: "soft" },
      fact: { ...common, kind: "bounced", bounce: "soft" },
    },
    {
      what: "complaint",
      event: { type: "complained", id: "6", email_id: EMAIL, timestamp: at },
      fact: { ...common, kind: "complained" },
    },
    {
      what: "unsubscribed",
      event: { type: "unsubscribed", email_id: EMAIL, timestamp: at },
      fact: { ...common, kind: "unsubscribed" },
    },
    { what: "opened", event: { type: "opened", email_id: EMAIL, timestamp: at }, fact: undefined },
    {
      what: "without a time",
      event: { type: "delivered", email_id: EMAIL, timestamp: "yesterday" },
      fact: undefined,
    },
  ],
};
