import { countJournal } from "@mailwright/email_client/batches/journal-counts.ts";
import { BATCH_SIZE } from "@mailwright/protocol";
import postgres from "postgres";
import type { Breach } from "../system/breach.ts";
import { directRedis } from "../system/direct-redis.ts";
import { bounded } from "./programs.ts";
import { EMAILS_LIMIT, OUTBOX_LIMIT, type World } from "./world.ts";

const LOOK_EVERY_MS = 250;
/** A server that is down or black-holed answers nothing; the next look may find it back. */
const PATIENCE_MS = 1_000;

/** What is looked at again and again while faults strike, past every link. */
export interface Watch extends AsyncDisposable {
  readonly looks: number;
  /** The most that Redis has ever held. */
  readonly most: { emails: number; reports: number };
  /** How many emails it may hold: each shard takes a whole batch, however low the limit is. */
  readonly emailsLimit: number;
  /** Addresses whose suppression the email client has acknowledged, by when that was first seen. */
  readonly announced: ReadonlyMap<string, number>;
}

export function watch(all: Pick<World, "redis" | "cluster" | "shards" | "postgres">): Watch {
  // A connection of its own that gives up within a second: one that a dying Postgres has accepted waits for half a minute.
  const sql = postgres(all.postgres.url, {
    max: 1,
    connect_timeout: PATIENCE_MS / 1_000,
    fetch_types: false,
    onnotice: () => {},
  });
  const redis = directRedis(all, PATIENCE_MS);
  // It is killed again and again, and that is told to nobody.
  redis.on("error", () => {});
  const announced = new Map<string, number>();
  const most = { emails: 0, reports: 0 };
  const stopping = new AbortController();
  let looks = 0;

  async function lookAtRedis(): Promise<void> {
    const { emails, outbox } = await countJournal(redis, all.shards);
    most.emails = Math.max(most.emails, emails);
    most.reports = Math.max(most.reports, outbox);
    looks++;
  }
  async function lookAtPostgres(): Promise<void> {
    const rows = await sql`SELECT canonical_email AS address FROM suppression WHERE announced`;
    const now = Date.now();
    for (const { address } of rows)
      if (!announced.has(address as string)) announced.set(address as string, now);
  }
  async function again(look: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      await look().catch(() => {});
      await Bun.sleep(LOOK_EVERY_MS);
    }
  }
  const watching = Promise.all([again(lookAtRedis), again(lookAtPostgres)]);
  return {
    get looks() {
      return looks;
    },
    most,
    emailsLimit: Math.max(EMAILS_LIMIT, all.shards.length * BATCH_SIZE),
    announced,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await watching;
      redis.disconnect();
      await sql.end({ timeout: 1 });
    },
  };
}

/** Past its limit no new attempt begins, but every email in the journal may still end, by three reports at the most. */
export const mostReports = ({ emailsLimit }: Pick<Watch, "emailsLimit">) =>
  OUTBOX_LIMIT + 3 * emailsLimit;

/** Invariant H while faults strike: Redis never holds more than it may. */
export function breachesOfWatch(watch: Pick<Watch, "most" | "emailsLimit">): Breach[] {
  const { most, emailsLimit } = watch;
  return [
    ...(most.emails > emailsLimit ? [bounded("Redis", `${most.emails} emails at once`)] : []),
    ...(most.reports > mostReports(watch)
      ? [bounded("Redis", `${most.reports} reports at once`)]
      : []),
  ];
}
