import type { Clock, Log } from "@mailwright/platform";
import type { WebhookFact } from "@mailwright/protocol";
import type { Database } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { storable } from "../../db/storable.ts";
import { confirm } from "../reports/confirm.ts";
import { pauseForToldRefusals } from "../reports/pausing.ts";
import { noteNews } from "./news.ts";
import { applyPolicy } from "./policy.ts";
import { lockConcerned } from "./queries.ts";

export interface WebhookContext {
  db: Database;
  clock: Clock;
  log: Log;
}

/** Who tells: a gateway, as it is known here, by its kind and by its name. */
export interface Teller {
  id: string;
  kind: string;
  name: string;
}

/** What became of facts: new ones, those that were known, and those of emails that this gateway was never given. */
export interface FactsTaken {
  taken: number;
  repeated: number;
  unknown: number;
  /** Emails in doubt that are settled by them. */
  settled: number;
}

/**
 * Takes what a gateway tells of emails, each fact once, with all that follows from it: an address that is suppressed, an email
 * in doubt that is settled. All of it is committed when this returns, or nothing is.
 */
export async function takeFacts(
  { db, clock, log }: WebhookContext,
  teller: Teller,
  facts: readonly WebhookFact[],
): Promise<FactsTaken> {
  if (facts.length === 0) return { taken: 0, repeated: 0, unknown: 0, settled: 0 };
  return retried(() =>
    db.transaction(async (tx) => {
      const emails = await lockConcerned(tx, teller.id, [
        ...new Set(facts.map(({ email }) => email)),
      ]);
      const known = facts.filter(({ email }) => emails.has(email));
      const kept = known.filter(({ kind }) => kind !== "accepted");
      const news = await noteNews(tx, teller, kept, emails);
      // Campaigns are locked before suppressions, as where reports are taken.
      const settled = await confirm(tx, log, {
        at: clock.now(),
        gateway: teller.id,
        emails: confirmations(known),
      });
      await pauseForToldRefusals(
        tx,
        log,
        news.map(({ fact }) => fact),
      );
      await applyPolicy(tx, log, teller, news);
      return {
        taken: news.length,
        repeated: kept.length - news.length,
        unknown: facts.length - known.length,
        settled,
      };
    }),
  );
}

/** Whatever is told of an email says that the gateway has it. */
function confirmations(facts: readonly WebhookFact[]): Map<string, string | undefined> {
  return new Map(
    facts.map(({ email, message_id: id }) => [email, id === undefined ? undefined : storable(id)]),
  );
}
