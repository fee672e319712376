import { answerText } from "../gateways/answer-text.ts";
import type { Check } from "../gateways/gateway.ts";
import { openMailbox } from "./imap.ts";
import type { BounceMailbox } from "./settings.ts";

/** Signs in to a bounce mailbox, opens its folder and says goodbye; nothing in it is read or moved. Never throws. */
export async function checkMailbox(mailbox: BounceMailbox, signal: AbortSignal): Promise<Check> {
  try {
    await using _open = await openMailbox(mailbox, signal);
    return { kind: "ready", detail: "The bounce mailbox let us in as well." };
  } catch (error) {
    return mailboxFault(error, mailbox);
  }
}

/** Why a mailbox cannot be read, for a person: without the password, whatever the server repeats. */
export function mailboxFault(
  error: unknown,
  { username, password }: Pick<BounceMailbox, "username" | "password">,
): { kind: "unauthorized" | "unavailable"; detail: string } {
  const { message, responseText, authenticationFailed } = error as Partial<ImapFault>;
  const words = [message, responseText].filter((each) => typeof each === "string").join(": ");
  const shown = answerText([password, `\0${username}\0${password}`])(words);
  return authenticationFailed === true
    ? {
        kind: "unauthorized",
        detail: `The bounce mailbox refused the user name or the password: ${shown}`,
      }
    : { kind: "unavailable", detail: `The bounce mailbox cannot be read: ${shown}` };
}

/** What imapflow adds to its errors. */
interface ImapFault {
  message: string;
  responseText: string;
  authenticationFailed: boolean;
}
