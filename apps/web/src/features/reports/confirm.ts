import { DEFAULT_RETRY_POLICY, type EmailEvent, step } from "@mailwright/email_machine";
import { type Report, reportOf } from "@mailwright/protocol";
import type { Queryable } from "../../db/open.ts";
import { applyReports, lockUncertain, selectTold } from "./queries.ts";

/**
 * Settles emails in doubt of which their gateway says that it has them; answers how many there were. The email client forgets
 * an email when it has ended, so the step is taken here: by the same machine, from where the ledger has the email, under the
 * next number of its history. Nobody else writes that one, for an email in doubt moves by no other hand but a requeue, which
 * waits for the same lock.
 */
export async function confirm(
  tx: Queryable,
  at: number,
  gateway: string,
  emails: ReadonlyMap<string, string | undefined>,
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
  if (reports.length > 0) await applyReports(tx, reports);
  return reports.length;
}

/**
 * The same for emails that came to be in doubt just now, of which something was told before: while their attempt was being
 * resolved, or while the report of it was on its way.
 */
export async function confirmTold(
  tx: Queryable,
  at: number,
  emails: readonly string[],
): Promise<void> {
  for (const [gateway, ids] of await selectTold(tx, emails))
    await confirm(tx, at, gateway, new Map(ids.map((id) => [id, undefined])));
}
