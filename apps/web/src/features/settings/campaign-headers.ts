import { domainToASCII } from "node:url";
import type { CampaignHeader } from "@mailwright/protocol";
import type { Sender } from "./settings.ts";

/**
 * The headers that every email of a campaign carries, besides the one by which its recipient can leave; and a test, of the
 * campaign `test`, since filters and providers judge a message by them:
 *
 * - `List-Id` (RFC 2919): whose mail this is, the same for all campaigns from a domain, so that people can sort by it
 * - `Feedback-ID`: by which mailbox providers count complaints, for the campaign and at last for the sender. The sender's
 *   part has to stay the same, so it is made from the domain; nothing in it is of one recipient
 * - `Auto-Submitted` (RFC 3834) and `Precedence`: no machine is to answer
 */
export function campaignHeaders(
  campaign: string,
  {
    organisation,
    from_name,
    from_email,
  }: Pick<Sender, "organisation" | "from_name" | "from_email">,
): Record<CampaignHeader, string> {
  const domain = domainToASCII(from_email.slice(from_email.lastIndexOf("@") + 1));
  const phrase = quoted(organisation || from_name);
  const sender = new Bun.CryptoHasher("sha256").update(domain).digest("hex").slice(0, 10);
  return {
    "List-Id": `${phrase}<campaigns.${domain}>`,
    "Feedback-ID": `${campaign}:campaigns:mailwright:mw${sender}`,
    "Auto-Submitted": "auto-generated",
    Precedence: "bulk",
  };
}

/** A name as a quoted phrase (RFC 5322, 3.2.4). One that is not ASCII is left out: the id alone is enough. */
function quoted(name: string): string {
  const plain = name.replaceAll(/["\\]/g, "").trim();
  return /^[ -~]{1,100}$/.test(plain) ? `"${plain}" ` : "";
}
