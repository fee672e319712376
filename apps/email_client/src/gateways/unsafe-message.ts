import { ADDRESS_LENGTH, ADDRESS_PATTERN } from "@mailwright/protocol";
import type { Gateway, Message } from "./gateway.ts";

const ADDRESS = new RegExp(ADDRESS_PATTERN);
const HEADER_NAME = /^[A-Za-z0-9-]{1,76}$/;
// oxlint-disable-next-line no-control-regex
const SEVERAL_LINES = /[\r\n\u0000]/;

/** What the gateways write themselves: a second one of these would say something else to some receivers. */
const OURS = new Set(
  "from to cc bcc sender subject reply-to date mime-version return-path received dkim-signature".split(
    " ",
  ),
);

/**
 * A gateway that is handed nothing by which a message could get another header or go to somebody else. Whatever let it
 * through before, such a message is refused here, where every kind of gateway passes.
 */
export function refusingUnsafe(gateway: Gateway): Gateway {
  const { resolve, close, webhook, atOnce } = gateway;
  return {
    ...(atOnce !== undefined && { atOnce }),
    async send(message, signal) {
      const unsafe = unsafePart(message);
      return unsafe === undefined
        ? gateway.send(message, signal)
        : {
            kind: "rejected",
            detail: `Not sent: ${unsafe} cannot stand in a message.`,
            unasked: true,
          };
    },
    ...(resolve && { resolve: resolve.bind(gateway) }),
    check: (signal) => gateway.check(signal),
    ...(webhook && { webhook }),
    ...(close && { close: close.bind(gateway) }),
  };
}

function unsafePart({ from, to, subject, headers }: Message): string | undefined {
  if (!isAddress(to.email)) return "the recipient's address";
  if (!isAddress(from.email)) return "the sender's address";
  if (from.reply_to !== undefined && !isAddress(from.reply_to)) return "the reply address";
  if (SEVERAL_LINES.test(to.name)) return "the recipient's name";
  if (SEVERAL_LINES.test(from.name)) return "the sender's name";
  if (SEVERAL_LINES.test(subject)) return "the subject";
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name) || isOurs(name) || SEVERAL_LINES.test(value)) return "a header";
  }
  return undefined;
}

function isAddress(address: string): boolean {
  return address.length <= ADDRESS_LENGTH && ADDRESS.test(address);
}

function isOurs(name: string): boolean {
  const lower = name.toLowerCase();
  return OURS.has(lower) || lower.startsWith("content-") || lower.startsWith("resent-");
}
