import { expect } from "bun:test";
import { until } from "@mailwright/testing";
import type { Installation } from "./installation.ts";
import { acceptances, standingOf } from "./campaign.ts";

/** The invariants that every campaign keeps, by the letters that the tests and the documents call them. */
export type Invariant =
  /** Every recipient in exactly one final state, and a campaign ends when all are. */
  | "A no loss"
  /** Accepted at most once, but for what was told to be in doubt. */
  | "B no silent duplicate"
  /** What has ended stays as it ended. */
  | "C ends are final"
  /** Histories are gap-free. */
  | "D no gap"
  /** The counts of a campaign are the fold of its emails. */
  | "E counts add up"
  /** Whoever was suppressed before the launch, or before a requeue, is not tried. */
  | "F nobody suppressed is mailed"
  /** No window has more attempts than the gateway's rate allows; only the nemesis looks. */
  | "G rates"
  /** What is over is let go, and no process grows with what it has done. */
  | "H bounded"
  /** No secret and no address is in a log. */
  | "I nothing personal is logged";

/** An invariant that does not hold, with the email that it does not hold for, if it is about one. */
export interface Breach {
  invariant: Invariant;
  /** The campaign or the program that it is about. */
  about: string;
  email?: string;
  detail: string;
}

const OPEN = new Set(["queued", "sending", "retrying", "resolving"]);

/** The promise: nothing that `breachesOf` looks for is broken. */
export async function expectPromiseKept(
  installation: Installation,
  ...campaigns: string[]
): Promise<void> {
  // What a killed reporter had in hand is taken over by another after 15 seconds, so a history may be whole a little later.
  const left = async () => breachesOf(installation, campaigns);
  await until(async () => (await left()).every(({ invariant }) => invariant !== "D no gap"), {
    what: "every history to be without a gap",
    timeoutMs: 40_000,
    everyMs: 200,
  });
  expect(await left()).toEqual([]);
}

/** What is broken of a promise that is kept when all is quiet: the ledger against itself and against the gateway's own. */
export async function breachesOf(
  installation: Installation,
  campaigns: readonly string[],
): Promise<Breach[]> {
  const accepted = await acceptances(installation);
  const found = await Promise.all(
    campaigns.map(async (campaign) => [
      ...(await inCounts(installation, campaign)),
      ...(await inHistories(installation, campaign)),
      ...(await inAcceptances(installation, campaign, accepted)),
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

async function inHistories({ sql }: Installation, campaign: string): Promise<Breach[]> {
  const gaps = await sql`
    SELECT email.id, format('run %s: %s of %s events', email.run, count(e.seq), email.seq) AS detail
    FROM email LEFT JOIN email_event e ON e.email_id = email.id AND e.run = email.run AND e.seq > 0
    WHERE campaign_id = ${campaign} GROUP BY email.id
    HAVING count(e.seq) <> email.seq OR coalesce(max(e.seq), 0) <> email.seq`;
  const risen = await sql`
    SELECT DISTINCT e.email_id AS id, format('run %s: %s, then %s', e.run, e.state, later.state) AS detail
    FROM email JOIN email_event e ON e.email_id = email.id
    JOIN email_event later ON later.email_id = e.email_id AND later.run = e.run AND later.seq > e.seq
    WHERE campaign_id = ${campaign} AND e.seq > 0 AND e.state IN ('sent', 'failed', 'skipped', 'cancelled')`;
  return [
    ...gaps.map((row) => told("D no gap", campaign, row)),
    ...risen.map((row) => told("C ends are final", campaign, row)),
  ];
}

async function inAcceptances(
  { sql }: Installation,
  campaign: string,
  accepted: ReadonlyMap<string, number>,
): Promise<Breach[]> {
  // An attempt in doubt explains one acceptance, no more.
  const emails = await sql`
    SELECT email.id, email.state,
      (SELECT greatest(count(*) FILTER (WHERE state = 'resolving'), count(*) FILTER (WHERE state = 'uncertain'))
        FROM email_event WHERE email_id = email.id)::int AS doubts,
      EXISTS (
        SELECT FROM suppression JOIN contact USING (canonical_email) JOIN email_event begun ON begun.email_id = email.id
        WHERE contact.id = email.contact_id AND begun.event = 'START' AND suppression.created_at < coalesce(
          (SELECT at FROM email_event requeued WHERE requeued.email_id = email.id AND requeued.run = begun.run AND event = 'REQUEUE'),
          campaign.launched_at)) AS ignored
    FROM email JOIN campaign ON campaign.id = campaign_id WHERE campaign_id = ${campaign}`;
  return emails.flatMap((row) => {
    const id = row["id"] as string;
    const state = row["state"] as string;
    const doubts = row["doubts"] as number;
    const times = accepted.get(id) ?? 0;
    const about = (invariant: Invariant) =>
      told(invariant, campaign, {
        id,
        detail: `${state}, accepted ${times} times and ${doubts} times in doubt`,
      });
    if (row["ignored"]) return [about("F nobody suppressed is mailed")];
    if (state === "sent" && times === 0) return [about("A no loss")];
    const owed = state === "sent" ? 1 : 0;
    return times > owed + doubts ? [about("B no silent duplicate")] : [];
  });
}

function told(invariant: Invariant, campaign: string, row: { [column: string]: unknown }): Breach {
  return {
    invariant,
    about: campaign,
    email: row["id"] as string,
    detail: row["detail"] as string,
  };
}
