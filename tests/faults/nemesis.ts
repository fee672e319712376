import { createDraws, type Draws } from "@mailwright/platform";
import { until } from "@mailwright/testing";
import { call } from "../harness/access.ts";
import { launchCampaign } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { type Breach, breachesOf } from "../system/promise.ts";
import { DEEDS } from "./deeds.ts";
import { draw, type Fault, OF_NETWORKS, OF_SERVERS } from "./faults.ts";
import { breachesOfPrograms, journalLeft } from "./programs.ts";
import { storyOf } from "./story.ts";

export interface NemesisOptions {
  /** The same seed draws the same faults in the same order; when they strike is the machine's to say. */
  seed: number;
  /** How long faults are drawn. Healing and waiting for quiet come after. */
  minutes: number;
  /** Hears what happens, a line each. */
  say?: (line: string) => void;
}

export interface NemesisReport {
  seed: number;
  /** How often each fault struck and each deed was done. */
  struck: Record<string, number>;
  campaigns: number;
  emails: number;
  accepted: number;
  uncertain: number;
  /** Seconds from the last heal until every campaign had ended. */
  quiet_after_s: number;
  /** What is broken, each with the whole story of its email. */
  breaches: (Breach & { story: string })[];
}

/** Emails a second, so that a campaign takes long enough for something to happen to it. */
const RATE = 60;
const AUDIENCE = 300;
const NEW_CAMPAIGN_EVERY_MS = 8_000;
/** Retries of a few seconds, a control that was paused by an alarm, a lock that has to run out: all of it is over by then. */
const PATIENCE_MS = 4_000;
const QUIET_WITHIN_MS = 240_000;

/**
 * Runs a whole installation (two webs, two email clients) under faults that a seed draws, heals everything, waits for quiet
 * and holds the ledger against the gateway's own.
 */
export async function runNemesis({
  seed,
  minutes,
  say = () => {},
}: NemesisOptions): Promise<NemesisReport> {
  const draws = createDraws(seed);
  await using installation = await startInstallation({
    webs: 2,
    emailClients: 2,
    weights: "202=85,500=10,400=5",
    emailClientEnv: { ATTEMPT_DEADLINE_MS: "3000" },
  });
  const all = { ...installation, api: apiOfAnyWeb(installation) };
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: RATE });
  const struck: Record<string, number> = {};
  const happened = (name: string) => {
    struck[name] = (struck[name] ?? 0) + 1;
    say(name);
  };
  const campaigns: string[] = [];
  const giveUpAt = performance.now() + minutes * 60_000;
  const lane = async (step: (draws: Draws) => Promise<unknown>) => {
    // Each lane draws for itself, or how fast one of them is would change what the others draw.
    const own = createDraws(draws.below(2 ** 32));
    while (performance.now() < giveUpAt) await step(own);
  };
  await Promise.all([
    lane((own) => strike(all, OF_SERVERS, own, happened)),
    lane((own) => strike(all, OF_NETWORKS, own, happened)),
    lane(async () => {
      // A launch may fail on the way, before or after it counts; the ledger is asked in the end.
      campaigns.push(
        ...(await launchCampaign(all, AUDIENCE).then(
          (id) => [id],
          () => [],
        )),
      );
      await Bun.sleep(NEW_CAMPAIGN_EVERY_MS);
    }),
    lane(async (own) => {
      await Bun.sleep(500 + own.below(2_000));
      if (campaigns.length === 0) return;
      const deed = draw(DEEDS, own);
      // Most orders make no sense to a campaign just then, and some meet a web that is down.
      await deed.act(all, campaigns.slice(-4), own).then(
        () => happened(deed.name),
        () => {},
      );
    }),
  ]);
  say("healed; waiting for quiet");
  return { seed, struck, ...(await settle(all)) };
}

/** Asks one web after the other until one takes the call, as people do who press the button again. */
function apiOfAnyWeb({ webs, token }: Installation): Installation["api"] {
  return async <T>(method: string, path: string, body?: unknown) => {
    const faults: unknown[] = [];
    for (const { url } of webs) {
      const headers = { authorization: `Bearer ${token}` };
      try {
        return await call<T>(`${url}/api/v1${path}`, method, body, headers, PATIENCE_MS);
      } catch (error) {
        faults.push(error);
      }
    }
    throw new AggregateError(faults, `no web took ${method} ${path}`);
  };
}

async function strike(
  all: Installation,
  faults: readonly Fault[],
  draws: Draws,
  happened: (name: string) => void,
): Promise<void> {
  const fault = draw(faults, draws);
  const lasts = fault.atLeastMs + draws.below(fault.atMostMs - fault.atLeastMs);
  const rest = draws.below(3_000);
  const heal = await fault.strike(all, draws);
  happened(fault.name);
  await Bun.sleep(lasts);
  await heal();
  await Bun.sleep(rest);
}

/** Waits until all campaigns have ended, and says what is broken then. */
async function settle(all: Installation): Promise<Omit<NemesisReport, "seed" | "struck">> {
  const begin = performance.now();
  const { sql } = all;
  const campaigns = async () =>
    (await sql`SELECT id, state FROM campaign WHERE state <> 'draft'`) as unknown as {
      id: string;
      state: string;
    }[];
  const ids = (await campaigns()).map(({ id }) => id);
  const open = async () =>
    (await campaigns()).filter(({ state }) => state !== "finished" && state !== "cancelled");
  const resumed = async () => {
    const left = await open();
    for (const { id, state } of left)
      if (state === "paused") await all.api("DELETE", `/campaigns/${id}/pause`).catch(() => {});
    return left.length === 0 && (await journalLeft(all)) === 0;
  };
  await until(resumed, { timeoutMs: QUIET_WITHIN_MS, everyMs: 500 }).catch(() => {});
  const seconds = Math.round((performance.now() - begin) / 1000);
  const breaches = [...(await breachesOf(all, ids)), ...(await breachesOfPrograms(all))];
  const [row] = await sql`
    SELECT count(*)::int AS emails, count(*) FILTER (WHERE state = 'sent')::int AS accepted,
      count(*) FILTER (WHERE state = 'uncertain')::int AS uncertain FROM email`;
  return {
    campaigns: ids.length,
    emails: row?.["emails"] as number,
    accepted: row?.["accepted"] as number,
    uncertain: row?.["uncertain"] as number,
    quiet_after_s: seconds,
    breaches: await Promise.all(
      breaches.map(async (breach) => ({ ...breach, story: await storyOf(all, breach) })),
    ),
  };
}
