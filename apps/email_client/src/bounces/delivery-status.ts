import { reportBlocks, untyped } from "./report-fields.ts";

/** What a delivery status notification says of one recipient (RFC 3464 section 2.3). */
export interface RecipientStatus {
  recipient: string;
  action: "failed" | "delayed" | "delivered" | "relayed" | "expanded";
  /** The enhanced status code, as it stands there: `5.1.1`. Empty where there is none. */
  status: string;
  /** The words of whoever refused it; empty where they are not repeated. */
  diagnostic: string;
}

const ACTIONS = ["failed", "delayed", "delivered", "relayed", "expanded"] as const;

/** Every recipient of a `message/delivery-status` part. One without an action that can be read is left out. */
export function recipientStatuses(text: string): RecipientStatus[] {
  return reportBlocks(text).flatMap((fields) => {
    const recipient = untyped(
      fields.get("final-recipient") ?? fields.get("original-recipient") ?? "",
    );
    // Some add a comment in brackets: `5.1.1 (bad destination mailbox address)`.
    const status = /^\d\.\d{1,3}\.\d{1,3}/.exec(fields.get("status") ?? "")?.[0] ?? "";
    const action = actionIn(fields.get("action"), status);
    if (action === undefined || (recipient === "" && status === "")) return [];
    return [
      { recipient, action, status, diagnostic: untyped(fields.get("diagnostic-code") ?? "") },
    ];
  });
}

function actionIn(
  value: string | undefined,
  status: string,
): RecipientStatus["action"] | undefined {
  // Servers disagree about upper case, and some add a comment.
  const word = /^[a-z]+/.exec((value ?? "").toLowerCase())?.[0];
  const action = ACTIONS.find((each) => each === word);
  return action ?? (status.startsWith("5.") ? "failed" : undefined);
}
