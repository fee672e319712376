import type { Clock, Log } from "@mailwright/platform";
import type { Database } from "../../db/open.ts";
import type { Campaign } from "./queries.ts";
import { selectCampaign } from "./queries.ts";
import { type Pace, Rate } from "./rate.ts";
import { isMoving, openOf, settledOf } from "./standing.ts";

/** A campaign as it was at one moment, and how fast it gets on; no pace until two looks were far enough apart. */
export interface Snapshot {
  campaign: Campaign;
  pace?: Pace | undefined;
}

/** Looks at campaigns for whoever follows them: one look for all who follow the same campaign. */
export interface CampaignWatch {
  /** One look, which also counts for the pace. Undefined for a campaign that does not exist. */
  look(id: string): Promise<Snapshot | undefined>;
  /**
   * What a campaign has become, whenever it changes, from now until it ends, is deleted, or `signal` aborts. At most
   * four times a second; whoever takes longer over one misses those between, never the last.
   */
  follow(id: string, signal: AbortSignal): AsyncGenerator<Snapshot, void>;
}

/** Between two looks at a campaign that changes, and at one that does not. */
const BUSY_MS = 250;
const CALM_MS = 1_000;
/** Paces are kept for so many campaigns, those looked at last. */
const MOST_RATES = 100;

interface Watched {
  followers: number;
  latest: Snapshot | undefined;
  /** Nothing more will come: it ended or is gone. */
  over: boolean;
  changed: PromiseWithResolvers<void>;
}

export function watchCampaigns({
  db,
  clock,
  log,
}: {
  db: Database;
  clock: Clock;
  log: Log;
}): CampaignWatch {
  const rates = new Map<string, Rate>();
  const watched = new Map<string, Watched>();

  async function look(id: string): Promise<Snapshot | undefined> {
    const campaign = await selectCampaign(db, id);
    return campaign && { campaign, pace: paceOf(campaign) };
  }

  function paceOf({ id, state, counts }: Campaign): Pace | undefined {
    const rate = rates.get(id) ?? new Rate();
    rates.delete(id);
    if (state !== "sending") return undefined;
    rates.set(id, rate);
    const [oldest] = rates.keys();
    if (rates.size > MOST_RATES && oldest !== undefined) rates.delete(oldest);
    return rate.note(clock.now(), settledOf(counts), openOf(counts));
  }

  /** Looks for as long as anybody follows. A look that fails is only late: the next one says it all. */
  async function poll(id: string, one: Watched): Promise<void> {
    let failing = false;
    while (one.followers > 0 && !one.over) {
      let wait = CALM_MS;
      try {
        const next = await look(id);
        if (isNew(one.latest, next)) {
          one.latest = next ?? one.latest;
          one.over = next === undefined || !isMoving(next.campaign.state);
          wait = BUSY_MS;
          announce(one);
        }
        failing = false;
      } catch (error) {
        if (!failing) log.warn({ campaign: id, err: error }, "a campaign could not be looked at");
        failing = true;
      }
      await clock.sleep(wait);
    }
    if (watched.get(id) === one) watched.delete(id);
  }

  function watchedOf(id: string): Watched {
    const known = watched.get(id);
    if (known !== undefined && !known.over) {
      known.followers++;
      return known;
    }
    const one: Watched = {
      followers: 1,
      latest: undefined,
      over: false,
      changed: Promise.withResolvers(),
    };
    watched.set(id, one);
    void poll(id, one);
    return one;
  }

  return {
    look,
    async *follow(id, signal) {
      const one = watchedOf(id);
      const aborted = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => aborted.resolve(), { once: true });
      try {
        let given: Snapshot | undefined;
        while (!signal.aborted) {
          const { latest, over, changed } = one;
          if (latest !== undefined && latest !== given) {
            given = latest;
            yield latest;
          } else if (over) {
            return;
          } else {
            await Promise.race([changed.promise, aborted.promise]);
          }
        }
      } finally {
        one.followers--;
      }
    },
  };
}

function announce(one: Watched): void {
  one.changed.resolve();
  one.changed = Promise.withResolvers();
}

/** The pace alone is news too while a campaign sends, and goes along with the next change. */
function isNew(before: Snapshot | undefined, now: Snapshot | undefined): boolean {
  if (before === undefined || now === undefined) return true;
  return before.campaign.revision !== now.campaign.revision;
}
