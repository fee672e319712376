import { parseTestResult, type ServiceClient, type TestResult } from "@mailwright/protocol";
import type { Queryable } from "../../db/open.ts";
import { readSettings } from "../settings/settings.ts";
import { type Asked, askedOf } from "./reach.ts";

/** What became of a test. `unreachable` leaves it open whether it was sent. */
export type Tested = Asked<TestResult> | { kind: "no sender" };

/**
 * Sends one message through a gateway at once, from the sender of the settings and outside the ledger, and tells what the
 * gateway said.
 */
export async function sendTest(
  { db, emailClient }: { db: Queryable; emailClient: ServiceClient },
  gateway: { id: string; name: string },
  to: string,
): Promise<Tested> {
  const sender = await readSettings(db);
  if (sender.from_email === "") return { kind: "no sender" };
  const message = {
    from: {
      name: sender.from_name,
      email: sender.from_email,
      ...(sender.reply_to !== "" && { reply_to: sender.reply_to }),
    },
    to: { name: "", email: to },
    subject: "A test from Mailwright",
    html: null,
    text: `This is a test of the gateway “${gateway.name}”.\n\nThat it arrived shows that its settings are right.\n`,
  };
  const path = `/v1/gateways/${gateway.id}/messages`;
  return askedOf(await emailClient.call("POST", path, message, parseTestResult));
}
