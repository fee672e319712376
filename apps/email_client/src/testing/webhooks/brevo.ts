import { brevoGateway } from "../../gateways/brevo.ts";
import { EMAIL, type Forgery, jsonCall, type Provider } from "./provider.ts";

const SECRET = "chosen by whoever set it up";

const common = {
  email: "zoe@example.org",
  id: 26_224,
  date: "2026-11-29 12:59:58",
  ts: 1_796_039_998,
  "message-id": "<201798300811.5787683@relay.domain.com>",
  ts_event: 1_796_039_998,
  ts_epoch: 1_796_039_998_123,
  subject: "News",
  "X-Mailin-custom": EMAIL,
  sending_ip: "192.0.2.1",
  tags: [],
};
const fact = { at: common.ts_epoch, message_id: common["message-id"] };

/** https://developers.brevo.com/docs/transactional-webhooks */
export const brevo: Provider = {
  adapter: brevoGateway,
  settings: {},
  secrets: { api_key: "xkeysib-x", webhook_secret: SECRET },
  call: (events, forgery) =>
    jsonCall(events.length === 1 ? events[0] : events, bearerOf(SECRET, forgery)),
  batches: true,
  signs: { body: false, time: false },
  recorded: [
    {
      what: "request",
      event: { ...common, event: "request" },
      fact: { ...fact, kind: "accepted" },
    },
    {
      what: "delivered",
      event: { ...common, event: "delivered" },
      fact: { ...fact, kind: "delivered" },
    },
    {
      what: "hard bounce",
      event: { ...common, event: "hard_bounce", reason: "550 5.1.1 <zoe@example.org> unknown" },
      fact: {
        ...fact,
        kind: "bounced",
        bounce: "hard",
        status: "5.1.1",
        detail: "550 5.1.1 <[address]> unknown",
      },
    },
    {
      what: "soft bounce, with seconds alone",
      event: { ...common, ts_epoch: undefined, event: "soft_bounce", reason: "server is down" },
      fact: {
        ...fact,
        at: 1_796_039_998_000,
        kind: "bounced",
        bounce: "soft",
        detail: "server is down",
      },
    },
    {
      what: "blocked",
      event: { ...common, ts_epoch: 1_796_039_999_000, event: "blocked", reason: "blocked" },
      fact: {
        ...fact,
        at: 1_796_039_999_000,
        kind: "bounced",
        bounce: "block",
        detail: "blocked",
      },
    },
    { what: "spam", event: { ...common, event: "spam" }, fact: { ...fact, kind: "complained" } },
    {
      what: "unsubscribed by Brevo's own header",
      event: { ...common, event: "unsubscribed" },
      fact: { ...fact, kind: "unsubscribed" },
    },
    { what: "deferred", event: { ...common, event: "deferred" }, fact: undefined },
  ],
};

function bearerOf(secret: string, forgery: Forgery | undefined): Record<string, string> {
  if (forgery === "unsigned") return {};
  return { authorization: `Bearer ${forgery === "other secret" ? "another" : secret}` };
}
