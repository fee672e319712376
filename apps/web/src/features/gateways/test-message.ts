import { parseTestResult, type ServiceClient, type TestResult } from "@mailwright/protocol";
import type { Config } from "../../config.ts";
import type { Queryable } from "../../db/open.ts";
import { EXAMPLE_LINK } from "../leaving/links.ts";
import { campaignHeaders } from "../settings/campaign-headers.ts";
import { readSettings } from "../settings/settings.ts";
import { askedOf, type AskedOfEach, askEach } from "./reach.ts";

interface TestContext {
  db: Queryable;
  config: Pick<Config, "webUrl">;
  emailClient: ServiceClient;
}

/** What became of a test. Of a gateway that is `unreachable` it is left open whether it was sent. */
export type Tested = { kind: "asked"; each: AskedOfEach<TestResult> } | { kind: "no sender" };

/**
 * Sends one message through a gateway, or through each of a route, at once, from the sender of the settings and outside the
 * ledger, and tells what the gateways said.
 */
export async function sendTest(
  { db, config, emailClient }: TestContext,
  gateway: { through: readonly { id: string; name: string }[] },
  to: string,
): Promise<Tested> {
  const sender = await readSettings(db);
  if (sender.from_email === "") return { kind: "no sender" };
  const from = {
    name: sender.from_name,
    email: sender.from_email,
    ...(sender.reply_to !== "" && { reply_to: sender.reply_to }),
  };
  const each = await askEach(gateway, async ({ id, name }) => {
    const message = {
      from,
      to: { name: "", email: to.trim() },
      subject: "A test from Mailwright",
      ...partsOf(name),
      headers: campaignHeaders("test", sender),
      unsubscribe_url: config.webUrl + EXAMPLE_LINK,
    };
    const path = `/v1/gateways/${id}/messages`;
    return askedOf(await emailClient.call("POST", path, message, parseTestResult));
  });
  return { kind: "asked", each };
}

/** As campaigns are, of text and HTML: what a provider makes of the two shows only so. */
function partsOf(gateway: string): { html: string; text: string } {
  const paragraphs = [
    `This is a test of the gateway “${gateway}”.`,
    "That it arrived shows that its settings are right.",
  ];
  const body = paragraphs.map((words) => `<p>${Bun.escapeHTML(words)}</p>`).join("");
  return {
    html: `<!doctype html><html lang="en"><body>${body}</body></html>`,
    text: `${paragraphs.join("\n\n")}\n`,
  };
}
