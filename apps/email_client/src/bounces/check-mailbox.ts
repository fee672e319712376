import { answerText } from "../gateways/answer-text.ts";
import type { Check } from "../gateways/gateway.ts";
import type { Outbound } from "../gateways/outbound.ts";
import { openMailbox } from "./imap.ts";
import { NotTakenError } from "./read-mailbox.ts";
import type { BounceMailbox } from "./settings.ts";

/** Signs in to a bounce mailbox, opens its folder and says goodbye; nothing in it is read or moved. Never throws. */
export async function checkMailbox(
  mailbox: BounceMailbox,
  signal: AbortSignal,
  outbound: Outbound,
): Promise<Check> {
  try {
    await using _open = await openMailbox(mailbox, signal, outbound);
    return { kind: "ready", detail: "The bounce mailbox let us in as well." };
  } catch (error) {
    return mailboxFault(error, mailbox);
  }
}

/** Why a mailbox cannot be read, for a person: without the password, whatever the server repeats. */
function mailboxFault(
  error: unknown,
  mailbox: Credentials,
): { kind: "unauthorized" | "unavailable"; detail: string } {
  const { fault, detail } = mailboxFailure(error, mailbox);
  return fault === "unauthorized"
    ? {
        kind: "unauthorized",
        detail: `The bounce mailbox refused the user name or the password: ${detail}`,
      }
    : { kind: "unavailable", detail: `The bounce mailbox cannot be read: ${detail}` };
}

type Credentials = Pick<BounceMailbox, "username" | "password">;

/** What is at fault, and the words of whoever said so, without the password. */
export function mailboxFailure(
  error: unknown,
  { username, password }: Credentials,
): { fault: "unauthorized" | "folder" | "unreachable" | "web"; detail: string } {
  const { message, responseText, responseStatus, authenticationFailed } =
    error as Partial<ImapFault>;
  const words = [message, responseText].filter((each) => typeof each === "string").join(": ");
  const detail = answerText([password, `\0${username}\0${password}`])(words);
  if (error instanceof NotTakenError) return { fault: "web", detail };
  if (authenticationFailed === true) return { fault: "unauthorized", detail };
  const isRefused = responseStatus === "NO" || responseStatus === "BAD";
  return { fault: isRefused ? "folder" : "unreachable", detail };
}

/** What imapflow adds to its errors. */
interface ImapFault {
  message: string;
  responseText: string;
  /** How the server answered a command that it did not carry out: RFC 9051 7.1. */
  responseStatus: string;
  authenticationFailed: boolean;
}
