import type { Context } from "./context.ts";
import { ensurePartitions } from "./db/partitions.ts";
import { forgetEndedSignIns } from "./features/accounts/sessions.ts";
import { forgetAbandonedImports, forgetOldRejects } from "./features/imports/imports.ts";
import { reportOf } from "./http/error-report.ts";
import { forgetAnswers } from "./http/idempotency.ts";
import { forgetNonces } from "./http/service.ts";

const EVERY_MS = 10 * 60_000;

/** Deletes what has run out and makes what will be needed, every ten minutes until `signal` aborts. Any number of webs may. */
export async function keepHouse(context: Context, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await sweep(context);
      await context.clock.sleep(EVERY_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      context.log.error(reportOf(error), "the house could not be kept; trying again later");
      await context.clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }
}

/** Makes the next partitions, and deletes old nonces, kept answers, sessions, counts of failed sign-ins, abandoned uploads and rejected rows. */
export async function sweep({ db, clock }: Context): Promise<void> {
  await ensurePartitions(db);
  await forgetNonces(db, clock.now());
  await forgetAnswers(db, clock.now());
  await forgetEndedSignIns(db, clock);
  await forgetAbandonedImports(db);
  await forgetOldRejects(db);
}
