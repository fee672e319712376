import { type EmailRecord, newRecord } from "@mailwright/email_machine";
import type { Batch, Recipient } from "@mailwright/protocol";

/**
 * Where an email begins in the journal. Ordinarily untouched; one whose batch was lost goes on from what the ledger
 * knows of it.
 */
export function initialRecord({ run, last_known }: Recipient): EmailRecord {
  if (last_known === undefined) return newRecord(run);
  const { seq, state, attempt, first_at } = last_known;
  return {
    ...newRecord(run),
    state,
    seq,
    attempt,
    ...(first_at !== undefined && { firstAt: first_at }),
    ...(state === "retrying" && { due: 0 }),
  };
}

/** Web does not know that this batch was taken before, so any of its emails may already have been attempted. */
export function asLost(batch: Batch): Batch {
  const last_known = { seq: 0, state: "queued", attempt: 0 } as const;
  return {
    ...batch,
    recipients: batch.recipients.map((recipient) => ({ last_known, ...recipient })),
  };
}
