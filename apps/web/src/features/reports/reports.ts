import type { Log } from "@mailwright/platform";
import { parseReport, type Report, type Reports, type ReportsAnswer } from "@mailwright/protocol";
import type { Database } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { storable } from "../../db/storable.ts";
import { noteActivity, SYSTEM } from "../campaigns/activity.ts";
import { takeRefusals } from "../webhooks/refusals.ts";
import { confirmTold } from "./confirm.ts";
import { applyReports, countRefusals } from "./queries.ts";

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
    const parsed = parseReport(raw);
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

/** So many refusals of our credentials in a row, and no acceptance between them, pause a campaign. */
export const REFUSALS_LIMIT = 20;

const REFUSED =
  "The gateway refused our credentials again and again. Mend them in the settings, then resume.";

async function apply(
  db: Database,
  log: Log,
  reports: Report[],
): Promise<{ known: number; applied: number }> {
  if (reports.length === 0) return { known: 0, applied: 0 };
  return db.transaction(async (tx) => {
    const { known, applied, campaigns } = await applyReports(tx, reports);
    if (applied > 0) await takeRefusals(tx, log, reports);
    const inDoubt = reports.filter(({ state }) => state === "uncertain");
    if (inDoubt.length > 0)
      await confirmTold(
        tx,
        Math.max(...inDoubt.map(({ at }) => at)),
        inDoubt.map(({ id }) => id),
      );
    const concerned = campaigns.filter(
      ({ refused, refused_in_a_row }) => refused > 0 || refused_in_a_row > 0,
    );
    if (concerned.length > 0) {
      for (const campaign of await countRefusals(tx, concerned, REFUSALS_LIMIT, REFUSED)) {
        log.error({ campaign }, "a campaign is paused: its gateway refuses our credentials");
        await noteActivity(tx, campaign, SYSTEM, "paused", { why: REFUSED });
      }
    }
    return { known, applied };
  });
}
