import { Redis } from "ioredis";
import postgres from "postgres";
import type { Say } from "./output.ts";
import { poll } from "./poll.ts";
import type { Settings } from "./settings.ts";
import { StartError } from "./start-error.ts";

export interface GivenOptions {
  say: Say;
  signal: AbortSignal;
  /** How long databases that start beside us, as when a machine boots, are waited for. */
  withinMs?: number;
}

/** Why a database cannot be used; `final` when no waiting would change that. */
interface Refusal {
  why: string;
  final: boolean;
}

interface Given {
  kind: string;
  variable: string;
  /** Of several, one that answers will do. */
  urls: string[];
  ask(url: string): Promise<Refusal | undefined>;
}

/**
 * Resolves when the databases of one's own can be used: what is wrong with a URL is told here in a sentence, and not by the
 * first app that stumbles over it. Throws `StartError`.
 */
export async function waitForGiven(
  { databaseUrl, redisUrl }: Pick<Settings, "databaseUrl" | "redisUrl">,
  options: GivenOptions,
): Promise<void> {
  const variables = [
    databaseUrl && given("Postgres", "DATABASE_URL", [databaseUrl], askPostgres),
    redisUrl && given("Redis", "REDIS_URL", redisUrl.split(","), askRedis),
  ];
  for (const each of variables) if (each) await waitFor(each, options);
}

function given(kind: string, variable: string, urls: string[], ask: Given["ask"]): Given {
  return { kind, variable, urls, ask };
}

async function waitFor(
  { kind, variable, urls, ask }: Given,
  { say, signal, withinMs = 30_000 }: GivenOptions,
): Promise<void> {
  const where = urls.map((url) => new URL(url).host).join(", ");
  let last: Refusal | undefined;
  const state = await poll(
    async () => {
      const refusals = await Promise.all(urls.map(ask));
      if (refusals.includes(undefined)) return "usable" as const;
      if (last === undefined) say("mailwright", `waiting for ${kind} at ${where}`);
      last = refusals.find((refusal) => refusal?.final) ?? refusals[0];
      return last?.final === true ? ("refused" as const) : undefined;
    },
    { withinMs, everyMs: 500, signal },
  );
  if (state === "usable") return;
  throw new StartError(
    `The ${kind} that ${variable} names (${where}) cannot be used: ${last?.why}.\n` +
      `Start or mend it, or correct ${variable}. Without ${variable}, one is started in DATA_DIR.`,
  );
}

const OLDEST_POSTGRES = 180_000;

/** No such user or password, no such database, or one that is not let in. */
const FINAL = new Set(["28P01", "28000", "3D000", "42501"]);

async function askPostgres(url: string): Promise<Refusal | undefined> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    const [row] = await sql<{ name: string; number: number }[]>`
      SELECT current_setting('server_version') AS name, current_setting('server_version_num')::integer AS number`;
    if (row !== undefined && row.number >= OLDEST_POSTGRES) return undefined;
    return { why: `it is version ${row?.name}, and 18 or newer is needed`, final: true };
  } catch (error) {
    const { code } = error as { code?: string };
    return { why: wordsOf(error), final: code !== undefined && FINAL.has(code) };
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function askRedis(url: string): Promise<Refusal | undefined> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
  });
  // What `connect` rejects with says no more than that it is closed.
  let heard: unknown;
  redis.on("error", (error) => (heard = error));
  try {
    await redis.connect();
    await redis.ping();
    return heard === undefined ? undefined : refusedBy(heard);
  } catch (error) {
    return refusedBy(heard ?? error);
  } finally {
    redis.disconnect();
  }
}

function refusedBy(error: unknown): Refusal {
  const why = wordsOf(error);
  return { why, final: /^(WRONGPASS|NOAUTH|NOPERM)\b/.test(why) };
}

function wordsOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return (message || code || "it does not answer").replace(/\.$/, "");
}
