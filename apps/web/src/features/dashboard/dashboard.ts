import type { Clock } from "@mailwright/platform";
import type { Database } from "../../db/open.ts";
import type { Campaign } from "../campaigns/campaigns.ts";
import { listCampaigns, readCampaigns } from "../campaigns/list.ts";
import type { CampaignWatch, Snapshot } from "../campaigns/watch.ts";
import type { GatewayWatch } from "../settings/gateway-watch.ts";
import { readSettings } from "../settings/settings.ts";
import { type Day, everyDay, firstDay } from "./days.ts";
import { type Step, stepsOf } from "./getting-started.ts";
import { selectDays, selectTotals, selectTroubled, type Totals } from "./queries.ts";

export type { Totals } from "./queries.ts";

export interface DashboardContext {
  db: Database;
  clock: Clock;
  campaignWatch: CampaignWatch;
  gatewayWatch: GatewayWatch;
}

/** What changes while one looks: what is being sent, what went wrong, and what is new. Of each some, and how many. */
export interface Activity {
  moving: { campaigns: Snapshot[]; total: number };
  troubled: { campaigns: Campaign[]; total: number };
  latest: Campaign[];
}

/** What stays as it is until the page is opened again. */
export interface Overview {
  /** None when everything is set up. */
  steps: Step[];
  totals: Totals;
  /** The last days, today included. */
  days: Day[];
}

export const DAYS = 30;

const MOST_MOVING = 5;
const MOST_TROUBLED = 5;
const MOST_LATEST = 5;
const NEWEST = { by: "created", direction: "descending" } as const;

export async function readActivity(context: DashboardContext): Promise<Activity> {
  const { db, clock, campaignWatch } = context;
  const since = firstDay(clock.now(), DAYS);
  const [moving, troubled, latest] = await Promise.all([
    listCampaigns(db, { state: "moving" }, NEWEST, { limit: MOST_MOVING }),
    selectTroubled(db, since, MOST_TROUBLED),
    listCampaigns(db, {}, NEWEST, { limit: MOST_LATEST }),
  ]);
  const [snapshots, campaigns] = await Promise.all([
    Promise.all(moving.page.items.map(({ id }) => campaignWatch.look(id))),
    readCampaigns(db, troubled.ids),
  ]);
  return {
    moving: {
      campaigns: snapshots.filter((snapshot) => snapshot !== undefined),
      total: moving.total,
    },
    troubled: {
      campaigns: campaigns.toSorted(
        (a, b) => troubled.ids.indexOf(a.id) - troubled.ids.indexOf(b.id),
      ),
      total: troubled.total,
    },
    latest: latest.page.items,
  };
}

export async function readOverview(context: DashboardContext): Promise<Overview> {
  const { db, clock, gatewayWatch } = context;
  const now = clock.now();
  const [settings, seen, totals, rows] = await Promise.all([
    readSettings(db),
    gatewayWatch.look(),
    selectTotals(db),
    selectDays(db, firstDay(now, DAYS)),
  ]);
  const gateway =
    seen.kind === "seen" ? seen.view.gateways.some(({ complete }) => complete) : undefined;
  return {
    steps: stepsOf({
      sender: settings.from_email !== "",
      gateway,
      contacts: totals.contacts > 0,
      segment: totals.segments > 0,
      template: totals.templates > 0,
      launched: totals.launched,
    }),
    totals,
    days: everyDay(rows, now, DAYS),
  };
}
