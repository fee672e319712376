import type { EmailHeader } from "@mailwright/protocol";
import type { Message } from "../gateways/gateway.ts";

/** A message with something of everything in it, and every header that an email of a campaign has. */
export const MESSAGE: Message = {
  key: "0195f000-0000-7000-8000-000000000001",
  from: { name: "Shop, “Ümläut” & Sons", email: "shop@example.com", reply_to: "help@example.com" },
  to: { name: "Zoë Ångström 王小明", email: "zoe@example.org" },
  subject:
    "Grüße 👋: ein sehr langer Betreff, der bestimmt nicht in eine einzige Zeile von achtundsiebzig Zeichen passt",
  html: `<p>Grüße 👋</p><p>${"lang ".repeat(400)}</p>`,
  text: `Grüße 👋\n\n${"lang ".repeat(400)}\n.\nEnde`,
  headers: {
    "Message-ID": "<0195f000-0000-7000-8000-000000000001@example.com>",
    "List-Unsubscribe": `<https://example.com/u/${"x".repeat(150)}>`,
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "List-Id": '"Shop" <campaigns.example.com>',
    "Feedback-ID": "0195f000-0000-7000-8000-00000000000c:campaigns:mailwright:mw0123456789",
    "Auto-Submitted": "auto-generated",
    Precedence: "bulk",
  } satisfies Record<EmailHeader, string>,
};
