import type { Context } from "./context.ts";
import { ensurePartitions } from "./db/partitions.ts";
import { databaseTime } from "./db/time.ts";
import { forgetEndedSignIns } from "./features/accounts/sessions.ts";
import { forgetAbandonedImports, forgetOldRejects } from "./features/imports/imports.ts";
import { forgetAnswers } from "./http/idempotency.ts";
import { forgetNonces } from "./http/service.ts";

const EVERY_MS = 10 * 60_000;

/** Deletes what has run out and makes what will be needed, every ten minutes until `signal` aborts. Any number of webs may. */
export async function keepHouse(context: Context, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sweep(context, signal);
    await context.clock.sleep(EVERY_MS, signal).catch(() => undefined);
  }
}

/** Goes through all that is made or deleted. What fails is logged and tried again by the next sweep, and holds up nothing else. */
export async function sweep(context: Context, signal?: AbortSignal): Promise<void> {
  for (const [what, step] of Object.entries(STEPS)) {
    if (signal?.aborted === true) return;
    try {
      await step(context);
    } catch (error) {
      context.log.error({ what, err: error }, "the house could not be kept; trying again later");
    }
  }
}

const STEPS: Readonly<Record<string, (context: Context) => Promise<unknown>>> = {
  "next partitions": makePartitions,
  "old nonces": async (context) => forgetNonces(context.db, await surelyPast(context)),
  "kept answers": ({ db }) => forgetAnswers(db),
  "sessions and failed sign-ins": async (context) =>
    forgetEndedSignIns(context.db, await surelyPast(context)),
  "abandoned uploads": ({ db }) => forgetAbandonedImports(db),
  "rejected rows": ({ db }) => forgetOldRejects(db),
};

async function makePartitions({ db, log }: Context): Promise<void> {
  if ((await ensurePartitions(db)) === "later")
    log.info("somebody reads all events; trying again later to make their next partitions");
}

/**
 * The time up to which things have run out by our clock and by Postgres's. All webs' rows lie together: one web whose clock
 * is ahead is to forget none of them, and one whose clock is behind keeps its own.
 */
async function surelyPast({ db, clock }: Context): Promise<number> {
  return Math.min(clock.now(), await databaseTime(db));
}
