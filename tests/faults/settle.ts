import { until } from "@mailwright/testing";
import type { Breach } from "../system/breach.ts";
import { ended, gatewayLedger, launchCampaign } from "../system/campaign.ts";
import { calmFor } from "../harness/stretches.ts";
import { breachesOf } from "../system/promise.ts";
import { WORD_MS, type WordIsOut } from "../system/suppressed.ts";
import type { Chronicle } from "./chronicle.ts";
import { journalLeft } from "../system/journal-left.ts";
import { breachesOfPrograms } from "./programs.ts";
import { breachesOfRate, limitsOf, mostBlur } from "./rates.ts";
import { storyOf } from "./story.ts";
import { breachesOfWatch, type Watch } from "./watch.ts";
import { DOMAINS, type World } from "./world.ts";

/** What was left when all was healed and quiet. */
export interface Settlement {
  campaigns: number;
  emails: number;
  accepted: number;
  uncertain: number;
  /** Seconds in which the rates were judged. */
  calm_s: number;
  /** By how many milliseconds attempts came closer to each other in them than the rates allow. */
  blur_ms: number;
  /** The most emails and reports that were in Redis at once, and how often it was looked at. */
  most_emails: number;
  most_reports: number;
  looks: number;
  /** Suppressions of which the email client had been told. */
  announced: number;
  /** Seconds from the last heal until every campaign had ended. */
  quiet_after_s: number;
  /** What is broken, each with the whole story of its email. */
  breaches: (Breach & { story: string })[];
}

/** Retries of a few seconds, a lock that has to run out, a batch that has to be missed: all of it is over by then. */
const QUIET_WITHIN_MS = 240_000;
/**
 * By how much the times of attempts may be off: they go by Redis's clock, as it was heard over a link that may have been slow
 * by half a second each way.
 */
const CLOCKS_MS = 1_000;
/** Of the campaign that is sent when everything is over. */
const LAST_AUDIENCE = 60;
const LAST_USERNAME = "after-all";

/** Waits until all campaigns have ended, sends a last one, and says what is broken then. */
export async function settle(
  all: World,
  chronicle: Chronicle,
  watching: Watch,
): Promise<Settlement> {
  const begin = performance.now();
  // Without a word when it does not come: what is open is told campaign by campaign.
  await until(() => isQuiet(all), { timeoutMs: QUIET_WITHIN_MS, everyMs: 500 }).catch(() => {});
  const quiet_after_s = Math.round((performance.now() - begin) / 1000);
  const inTheEnd = await lastCampaign(all);
  const campaigns = (await launched(all)).map(({ id }) => id);
  const calm = chronicle.calmForRates();
  const limits = await limitsOf(all);
  const breaches = [
    ...inTheEnd,
    ...(await breachesOf(all, campaigns, wordsOf(chronicle, watching))),
    ...limits.flatMap((limited) => breachesOfRate(limited, calm)),
    ...breachesOfWatch(watching),
    ...(await breachesOfPrograms(all)),
  ];
  const [row] = await all.sql`
    SELECT count(*)::int AS emails, count(*) FILTER (WHERE state = 'sent')::int AS accepted,
      count(*) FILTER (WHERE state = 'uncertain')::int AS uncertain FROM email`;
  return {
    campaigns: campaigns.length,
    emails: row?.["emails"] as number,
    accepted: row?.["accepted"] as number,
    uncertain: row?.["uncertain"] as number,
    calm_s: Math.round(calm.reduce((sum, { from, to }) => sum + to - from, 0) / 1000),
    blur_ms: Math.round(Math.max(...limits.map((limited) => mostBlur(limited, calm)))),
    most_emails: watching.most.emails,
    most_reports: watching.most.reports,
    looks: watching.looks,
    announced: watching.announced.size,
    quiet_after_s,
    breaches: await Promise.all(
      breaches.map(async (breach) => ({ ...breach, story: await storyOf(all, breach, chronicle) })),
    ),
  };
}

/**
 * No attempt begins for somebody once the email client has acknowledged that, whatever goes wrong; and it has, once
 * nothing has kept the word from it for long enough.
 */
function wordsOf(chronicle: Chronicle, { announced }: Watch): WordIsOut {
  const calm = chronicle.calmForWords();
  return ({ address, at }) => {
    const seenAt = announced.get(address) ?? Number.POSITIVE_INFINITY;
    return Math.min(calmFor(WORD_MS, at, calm), seenAt + CLOCKS_MS);
  };
}

/** Whether everything has ended. Campaigns that are paused, by somebody or by an alarm, are resumed. */
async function isQuiet(all: World): Promise<boolean> {
  const open = (await launched(all)).filter(
    ({ state }) => state !== "finished" && state !== "cancelled",
  );
  for (const { id, state } of open) {
    if (state === "paused") await all.api("DELETE", `/campaigns/${id}/pause`).catch(() => {});
  }
  return open.length === 0 && (await journalLeft(all)).left.length === 0;
}

async function launched({ sql }: World): Promise<{ id: string; state: string }[]> {
  const rows = await sql`SELECT id, state FROM campaign WHERE state <> 'draft' ORDER BY id`;
  return rows as unknown as { id: string; state: string }[];
}

/** After all that, a campaign is sent as if nothing had happened, and with the credentials that were set last. */
async function lastCampaign(all: World): Promise<Breach[]> {
  await all.api("PATCH", `/gateways/${all.gateway}`, { username: LAST_USERNAME });
  // For half a second the other email client may go on with those it has read last.
  await Bun.sleep(1_000);
  const campaign = await launchCampaign(all, LAST_AUDIENCE, { domains: DOMAINS });
  const { state } = await ended(all, campaign).catch(() => ({ state: "not ended" }));
  const emails = await all.sql`SELECT id FROM email WHERE campaign_id = ${campaign}`;
  const ids = new Set(emails.map(({ id }) => id as string));
  const strangers = (await gatewayLedger(all))
    .filter(({ key, username }) => ids.has(key) && username !== LAST_USERNAME)
    .map(({ key }) => key);
  const of = (detail: string, email?: string): Breach => ({
    invariant: "A no loss",
    about: campaign,
    ...(email !== undefined && { email }),
    detail,
  });
  return [
    ...(state === "finished" ? [] : [of(`the campaign after all is ${state}`)]),
    ...strangers.map((email) => of("it was sent with older credentials than the last", email)),
  ];
}
