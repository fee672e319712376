import { expect } from "bun:test";
import { EMAIL_STATES, isSettled } from "@mailwright/email_machine";
import { until } from "@mailwright/testing";
import { inAcceptances } from "./acceptances.ts";
import type { Breach, Invariant } from "./breach.ts";
import { gatewayLedger, standingOf } from "./campaign.ts";
import { inHistories } from "./histories.ts";
import type { Installation } from "./installation.ts";
import { inSuppressions, soon, type WordIsOut } from "./suppressed.ts";

const OPEN = new Set<string>(EMAIL_STATES.filter((state) => !isSettled(state)));

/** The promise: nothing that `breachesOf` looks for is broken. */
export async function expectPromiseKept(
  installation: Installation,
  ...campaigns: string[]
): Promise<void> {
  // What a killed reporter had in hand is another's only after `abandonedMs` of the email client's pace and a look for such.
  const left = async () => breachesOf(installation, campaigns);
  await until(async () => (await left()).every(({ invariant }) => invariant !== "D no gap"), {
    what: "every history to be without a gap",
    timeoutMs: 40_000,
    everyMs: 200,
  });
  expect(await left()).toEqual([]);
}

/**
 * What is broken of a promise that is kept when all is quiet: the ledger against itself and against the gateway's own.
 * `wordIsOut` says where something kept the word of a suppression back.
 */
export async function breachesOf(
  installation: Installation,
  campaigns: readonly string[],
  wordIsOut: WordIsOut = soon,
): Promise<Breach[]> {
  const accepted = Map.groupBy(await gatewayLedger(installation), ({ key }) => key);
  const found = await Promise.all(
    campaigns.map(async (campaign) => [
      ...(await inCounts(installation, campaign)),
      ...(await inHistories(installation, campaign)),
      ...(await inAcceptances(installation, campaign, accepted)),
      ...(await inSuppressions(installation, campaign, wordIsOut)),
    ]),
  );
  return found.flat();
}

async function inCounts(installation: Installation, campaign: string): Promise<Breach[]> {
  const { state, audience, counts } = await standingOf(installation, campaign);
  const fold = await installation.sql`
    SELECT state, count(*)::int AS n FROM email WHERE campaign_id = ${campaign} GROUP BY 1`;
  const folded = Object.fromEntries(
    fold.map((row) => [row["state"] as string, row["n"] as number]),
  );
  const breaches: Breach[] = [];
  const add = (invariant: Invariant, detail: string) =>
    breaches.push({ invariant, about: campaign, detail });
  if (state !== "finished" && state !== "cancelled") add("A no loss", `it is ${state}`);
  const open = Object.keys(folded).filter((each) => OPEN.has(each));
  if (open.length > 0) add("A no loss", `emails are ${open.join(", ")}`);
  const sum = Object.values(folded).reduce((total, n) => total + n, 0);
  if (sum !== audience) add("A no loss", `${sum} emails for an audience of ${audience}`);
  if (!Bun.deepEquals(folded, counts))
    add("E counts add up", `${JSON.stringify(counts)} is told of ${JSON.stringify(folded)}`);
  return breaches;
}
