import type { Clock, Log } from "@mailwright/platform";
import {
  JsonText,
  parseReportsAnswer,
  REPORTS_LIMIT,
  type ServiceClient,
} from "@mailwright/protocol";
import type { Pace } from "../pace.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";

export interface ReporterContext {
  web: ServiceClient;
  clock: Clock;
  log: Log;
  pace: Pick<
    Pace,
    "gatherMs" | "readBlockMs" | "signOfLifeMs" | "abandonedMs" | "lookForAbandonedMs"
  >;
}

const LONGEST_WAIT_MS = 5_000;
const LEAVE_PATIENCE_MS = 3_000;
/** Half of what web takes in one call. A single entry fits always: 500 reports of nothing but escapes have 2.5 MB. */
const POST_BYTES = 1_500_000;

/**
 * Carries reports from the outbox to web, in order, until web has acknowledged them. While web does not answer it holds
 * what it has and tries again: nothing is dropped, and nothing more is read, so its memory stays what it is. Disposing
 * ends the post under way and gives what is left to the next reporter.
 */
export function startReporter(outbox: Outbox, context: ReporterContext): AsyncDisposable {
  const stopping = new AbortController();
  const running = report(outbox, context, stopping.signal);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error("the reporter is stopping"));
      const left = running.then(() => outbox.leave()).catch(() => {});
      // Should Redis be away, whoever comes next takes what is in hand a little later.
      await Promise.race([left, context.clock.sleep(LEAVE_PATIENCE_MS)]);
    },
  };
}

async function report(
  outbox: Outbox,
  context: ReporterContext,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log, pace } = context;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let rest = Promise.resolve();
  while (!signal.aborted) {
    try {
      await rest;
      // The clock may have been set back.
      const look = Math.abs(clock.now() - lookedAt) >= pace.lookForAbandonedMs;
      if (look) lookedAt = clock.now();
      const left = look ? await outbox.abandoned(pace.abandonedMs) : [];
      const entries = left.length > 0 ? left : await outbox.next(pace.readBlockMs);
      // Where a whole call's worth was waiting there is nothing to gather.
      if (entries.length > 0 && countOf(entries) < REPORTS_LIMIT)
        rest = clock.sleep(pace.gatherMs, signal).catch(() => {});
      await carry(entries, outbox, context, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ err: error }, "the outbox could not be read or emptied; trying again");
      await clock.sleep(500, signal).catch(() => {});
    }
  }
}

/** Posts and acknowledges, and shows signs of life until that is done. */
async function carry(
  entries: OutboxEntry[],
  outbox: Outbox,
  context: ReporterContext,
  signal: AbortSignal,
): Promise<void> {
  const carried = new AbortController();
  const alive = keepAlive(entries, outbox, context, carried.signal);
  try {
    for (const chunk of chunks(entries)) {
      if (!(await post(chunk, context, signal))) return;
      await outbox.acknowledge(chunk);
    }
  } finally {
    carried.abort();
    await alive;
  }
}

/** Web may be down for hours, and who waits for it has not died. */
async function keepAlive(
  entries: OutboxEntry[],
  outbox: Outbox,
  { clock, pace, log }: ReporterContext,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(pace.signOfLifeMs, signal).catch(() => {});
    if (signal.aborted) return;
    await outbox
      .keep(entries)
      .catch((error: unknown) => log.debug({ err: error }, "no sign of life could be given"));
  }
}

/** Posts until web has answered; false when it has to stop first. */
async function post(
  entries: OutboxEntry[],
  { web, clock, log }: ReporterContext,
  signal: AbortSignal,
): Promise<boolean> {
  const reports = countOf(entries);
  const body = new JsonText(`{"reports":[${entries.map(withoutBrackets).join(",")}]}`);
  for (let wait = 100; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const answer = await web.call("POST", "/internal/reports", body, parseReportsAnswer, signal);
    if (answer.kind === "ok") {
      const { unknown, invalid } = answer.value;
      if (unknown + invalid > 0)
        log.error({ unknown, invalid }, "web did not know or could not read some reports");
      return true;
    }
    if (signal.aborted) break;
    const why = answer.kind === "refused" ? `${answer.status}: ${answer.why}` : answer.why;
    log.warn({ why, reports, wait_ms: wait }, "web did not take the reports; trying again");
    await clock.sleep(wait * (0.5 + Math.random() / 2), signal).catch(() => {});
  }
  return false;
}

/** As many entries a call as web takes, in order. */
function chunks(entries: OutboxEntry[]): OutboxEntry[][] {
  const result: OutboxEntry[][] = [];
  let reports = Number.POSITIVE_INFINITY;
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.reports);
    if (reports + entry.count > REPORTS_LIMIT || bytes + size > POST_BYTES) {
      result.push([]);
      reports = 0;
      bytes = 0;
    }
    result.at(-1)?.push(entry);
    reports += entry.count;
    bytes += size;
  }
  return result;
}

function countOf(entries: OutboxEntry[]): number {
  return entries.reduce((sum, { count }) => sum + count, 0);
}

function withoutBrackets({ reports }: OutboxEntry): string {
  return reports.slice(1, -1);
}
