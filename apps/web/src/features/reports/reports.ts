import type { Log } from "@mailwright/platform";
import { parseReport, type Report, type Reports, type ReportsAnswer } from "@mailwright/protocol";
import type { Database } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
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
    const parsed = parseReport(raw);
    if (parsed.ok) readable.push(parsed.value);
    else {
      invalid++;
      log.error(
        { field: parsed.field, why: parsed.message },
        "a report cannot be read and is dropped",
      );
    }
  }
  const { known, applied } =
    readable.length === 0
      ? { known: 0, applied: 0 }
      : await retried(() => applyReports(db, readable));
  const unknown = readable.length - known;
  if (unknown > 0)
    log.error({ unknown }, "reports name emails that are not in the ledger and are dropped");
  return { applied, repeated: known - applied, unknown, invalid };
}
