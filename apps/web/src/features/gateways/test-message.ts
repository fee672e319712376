import { parseTestResult, type ServiceClient, type TestResult } from "@mailwright/protocol";
import type { Queryable } from "../../db/open.ts";
import { readSettings } from "../settings/settings.ts";
import type { Gateway } from "./gateways.ts";
import { askedOf, type AskedOfEach, askEach } from "./reach.ts";

/** What became of a test. Of a gateway that is `unreachable` it is left open whether it was sent. */
export type Tested = { kind: "asked"; each: AskedOfEach<TestResult> } | { kind: "no sender" };

/**
 * Sends one message through a gateway, or through each of a route, at once, from the sender of the settings and outside the
 * ledger, and tells what the gateways said.
 */
export async function sendTest(
  { db, emailClient }: { db: Queryable; emailClient: ServiceClient },
  gateway: Pick<Gateway, "through">,
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
      to: { name: "", email: to },
      subject: "A test from Mailwright",
      html: null,
      text: `This is a test of the gateway “${name}”.\n\nThat it arrived shows that its settings are right.\n`,
    };
    const path = `/v1/gateways/${id}/messages`;
    return askedOf(await emailClient.call("POST", path, message, parseTestResult));
  });
  return { kind: "asked", each };
}
