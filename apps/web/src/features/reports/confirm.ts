import { DEFAULT_RETRY_POLICY, type EmailEvent, step } from "@mailwright/email_machine";
import type { Log } from "@mailwright/platform";
import { type Report, reportOf } from "@mailwright/protocol";
import type { Queryable } from "../../db/open.ts";
import { pauseForSender } from "./pausing.ts";
import { applyReports, lockUncertain, selectTold } from "./queries.ts";

/** What is told of emails in doubt: that their gateway has them, and by which ids of its own where it says them. */
export interface Confirmation {
  at: number;
  gateway: string;
  emails: ReadonlyMap<string, string | undefined>;
}

/**
 * Settles emails in doubt of which their gateway says that it has them; answers how many there were. The email client forgets
 * an email when it has ended, so the step is taken here: by the same machine, from where the ledger has the email, under the
 * next number of its history. Nobody else writes that one, for an email in doubt moves by no other hand but a requeue, which
 * waits for the same lock.
 */
export async function confirm(
  tx: Queryable,
  log: Log,
  { at, gateway, emails }: Confirmation,
): Promise<number> {
  const uncertain = await lockUncertain(tx, [...emails.keys()]);
  const reports = uncertain.map(({ id, ...standing }): Report => {
    const messageId = emails.get(id);
    const event: EmailEvent = {
      type: "CONFIRMED",
      at,
      ...(messageId !== undefined && { messageId }),
    };
    const record = { v: 1, state: "uncertain", throttled: 0, ...standing } as const;
    const taken = step(record, event, DEFAULT_RETRY_POLICY);
    if (taken === undefined) throw new Error("the machine settles no email in doubt any more");
    return reportOf(id, event, taken.record, gateway);
  });
  if (reports.length > 0) {
    const { senders } = await applyReports(tx, reports);
    await pauseForSender(tx, log, senders);
  }
  return reports.length;
}

/**
 * The same for emails that came to be in doubt just now, of which something was told before: while their attempt was being
 * resolved, or while the report of it was on its way.
 */
export async function confirmTold(
  tx: Queryable,
  log: Log,
  at: number,
  emails: readonly string[],
): Promise<void> {
  for (const [gateway, ids] of await selectTold(tx, emails))
    await confirm(tx, log, { at, gateway, emails: new Map(ids.map((id) => [id, undefined])) });
}
