import type { Log } from "@mailwright/platform";
import { parseReport, type Report, type Reports, type ReportsAnswer } from "@mailwright/protocol";
import type { Database } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { storable } from "../../db/storable.ts";
import { takeRefusals } from "../webhooks/refusals.ts";
import { confirmTold } from "./confirm.ts";
import { pauseForCredentials, pauseForSender } from "./pausing.ts";
import { applyReports } from "./queries.ts";

/**
 * Takes reports into the ledger. Repeated, late and unordered ones all end in the same ledger; one that cannot be read,
 * or names an email that is not ours, costs only itself and is logged, since it will not come again.
 */
export async function takeReports(
  db: Database,
  log: Log,
  { reports }: Reports,
): Promise<ReportsAnswer> {
  const readable: Report[] = [];
  let invalid = 0;
  for (const raw of reports) {
    const parsed = readReport(raw);
    if (parsed.ok) readable.push(withStorableTexts(parsed.value));
    else {
      invalid++;
      log.error(
        { field: parsed.field, why: parsed.message },
        "a report cannot be read and is dropped",
      );
    }
  }
  const { known, applied } = await retried(() => apply(db, log, readable));
  const unknown = readable.length - known;
  if (unknown > 0)
    log.error({ unknown }, "reports name emails that are not in the ledger and are dropped");
  return { applied, repeated: known - applied, unknown, invalid };
}

/** Why an email failed may be told in a way that cannot be read. That it failed is not lost by that. */
function readReport(raw: unknown): ReturnType<typeof parseReport> {
  const parsed = parseReport(raw);
  if (parsed.ok || !parsed.field.startsWith("error") || typeof raw !== "object") return parsed;
  return parseReport({ ...raw, error: undefined });
}

/** A gateway may answer anything, and its words stand in these two texts. */
function withStorableTexts(report: Report): Report {
  const { message_id, error } = report;
  if (message_id === undefined && error?.detail === undefined) return report;
  return {
    ...report,
    ...(message_id !== undefined && { message_id: storable(message_id) }),
    ...(error !== undefined && { error: { ...error, detail: storable(error.detail ?? "") } }),
  };
}

async function apply(
  db: Database,
  log: Log,
  reports: Report[],
): Promise<{ known: number; applied: number }> {
  if (reports.length === 0) return { known: 0, applied: 0 };
  return db.transaction(async (tx) => {
    const { known, applied, campaigns, senders } = await applyReports(tx, reports);
    await pauseForCredentials(tx, log, campaigns);
    // Before anything is confirmed, which counts as well: what is watched is written anew from what was read here.
    await pauseForSender(tx, log, senders);
    const inDoubt = reports.filter(({ state }) => state === "uncertain");
    if (inDoubt.length > 0)
      await confirmTold(
        tx,
        log,
        Math.max(...inDoubt.map(({ at }) => at)),
        inDoubt.map(({ id }) => id),
      );
    // Last, for campaigns are locked before suppressions.
    if (applied > 0) await takeRefusals(tx, log, reports);
    return { known, applied };
  });
}
