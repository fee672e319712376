import { createDraws, type Draws, newId } from "@mailwright/platform";
import type { OwnServer } from "@mailwright/testing";
import { call } from "../harness/access.ts";
import { launchCampaign, type Options } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { Chronicle } from "./chronicle.ts";
import { createClocks } from "./clocks.ts";
import { type Deed, DEEDS } from "./deeds.ts";
import { draw, type Fault } from "./faults.ts";
import { ofNetworks } from "./of-networks.ts";
import { OF_POSTGRES } from "./of-postgres.ts";
import { OF_PROGRAMS } from "./of-programs.ts";
import { OF_CLUSTER, OF_REDIS } from "./of-redis.ts";
import { setUpGateways } from "./gateways.ts";
import { settle, type Settlement } from "./settle.ts";
import { watch } from "./watch.ts";
import { DOMAINS, EMAILS_LIMIT, OUTBOX_LIMIT, type World } from "./world.ts";

export interface NemesisOptions {
  /** The same seed draws the same faults in the same order; when they strike is the machine's to say. */
  seed: number;
  /** How long faults are drawn. Healing and waiting for quiet come after. */
  minutes: number;
  /** Redis is a cluster of three nodes, and one of them has a replica. */
  cluster?: boolean;
  /** Hears what happens, a line each. */
  say?: (line: string) => void;
}

export interface NemesisReport extends Settlement {
  seed: number;
  /** How often each fault struck and each deed was done. */
  struck: Record<string, number>;
  /** How many webs and email clients were called by the other service. */
  called: number;
}

/** Of each campaign; as many again are who the campaign before it went to. */
const AUDIENCE = 200;
const NEW_CAMPAIGN_EVERY_MS = 8_000;
/** After this long a call is made to the other web. */
const PATIENCE_MS = 4_000;

/**
 * Runs a whole installation (two webs, two email clients) under faults that a seed draws, heals everything, waits for quiet
 * and holds the ledger against the gateway's own.
 */
export async function runNemesis({
  seed,
  minutes,
  cluster = false,
  say = () => {},
}: NemesisOptions): Promise<NemesisReport> {
  const draws = createDraws(seed);
  using clocks = createClocks();
  await using installation = await startInstallation({
    webs: 2,
    emailClients: 2,
    weights: "202=85,500=10,400=5",
    emailClientEnv: {
      ATTEMPT_DEADLINE_MS: "3000",
      EMAILS_LIMIT: String(EMAILS_LIMIT),
      OUTBOX_LIMIT: String(OUTBOX_LIMIT),
    },
    envOf: clocks.envOf,
    cluster,
  });
  await installation.cluster?.addReplica(installation.cluster.nodes[1] as OwnServer);
  const all: World = {
    ...installation,
    api: apiOfAnyWeb(installation),
    clocks,
    second: newId(),
    route: newId(),
  };
  await setUpGateways(all);
  // A gateway may want to be left alone for years. Nobody waits longer than this for it.
  await all.api("PATCH", "/settings", {
    retry: { attempts: 5, first_wait_s: 1, max_wait_s: 2, max_age_s: 60 },
  });
  const chronicle = new Chronicle();
  await using watching = watch(installation);
  const done = (name: string) => {
    chronicle.done(name);
    say(name);
  };
  const campaigns: string[] = [];
  const giveUpAt = performance.now() + minutes * 60_000;
  const lane = async (step: (draws: Draws) => Promise<unknown>) => {
    // Each lane draws for itself, or how fast one of them is would change what the others draw.
    const own = createDraws(draws.below(2 ** 32));
    while (performance.now() < giveUpAt) await step(own);
  };
  // One of them at a time: two of everything do not outlive that all are down for long.
  const ofServers = [...OF_PROGRAMS, ...(cluster ? OF_CLUSTER : OF_REDIS), ...OF_POSTGRES];
  await Promise.all([
    lane((own) => strike(all, ofServers, own, chronicle, say)),
    lane((own) => strike(all, ofNetworks(all), own, chronicle, say)),
    lane(async (own) => {
      campaigns.push(...(await launch(all, own)));
      // While its batches are being claimed, too.
      const now = campaigns.at(-1);
      if (now !== undefined && own.percent(30)) await act(all, draw(DEEDS, own), [now], own, done);
      await Bun.sleep(NEW_CAMPAIGN_EVERY_MS);
    }),
    lane(async (own) => {
      await Bun.sleep(500 + own.below(2_000));
      const deed = draw(DEEDS, own);
      if (campaigns.length > 0) await act(all, deed, campaigns.slice(-4), own, done);
    }),
  ]);
  say("healed; waiting for quiet");
  const called = Object.values(all.balancers).reduce((sum, { given }) => sum + given.size, 0);
  return { seed, struck: chronicle.counts, called, ...(await settle(all, chronicle, watching)) };
}

/**
 * A campaign to new contacts and to those of the one before, of whom some have unsubscribed since: by the default gateway or
 * the route, and one that rather sends twice than not at all, or does not.
 */
async function launch(all: World, draws: Draws): Promise<string[]> {
  const options: Options = {
    domains: DOMAINS,
    when_uncertain: draws.percent(25) ? "resend" : "hold",
    ...(draws.percent(40) && { gateway_id: all.route }),
  };
  // It may fail on the way, before or after it counts; the ledger is asked in the end.
  try {
    const before = await all.sql`SELECT id FROM segment ORDER BY id DESC LIMIT 1`;
    return [
      await launchCampaign(all, AUDIENCE, {
        ...options,
        segments: before.map(({ id }) => id as string),
      }),
    ];
  } catch {
    return [];
  }
}

async function act(
  all: World,
  deed: Deed,
  campaigns: readonly string[],
  draws: Draws,
  happened: (name: string) => void,
): Promise<void> {
  // Most orders make no sense to a campaign just then, and some meet a web that is down.
  await deed.act(all, campaigns, draws).then(
    () => happened(deed.name),
    () => {},
  );
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

/** Lets one fault strike and heals it. */
async function strike(
  all: World,
  faults: readonly Fault[],
  draws: Draws,
  chronicle: Chronicle,
  say: (line: string) => void,
): Promise<void> {
  const fault = draw(faults, draws);
  const lasts = fault.atLeastMs + draws.below(fault.atMostMs - fault.atLeastMs);
  const rest = draws.below(3_000);
  const from = Date.now();
  const heal = await fault.strike(all, draws);
  say(fault.name);
  await Bun.sleep(lasts);
  await heal();
  chronicle.struck(fault, from);
  await Bun.sleep(rest);
}
