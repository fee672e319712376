import { type Breach, told } from "./breach.ts";
import type { Installation } from "./installation.ts";

/** Somebody who must not be mailed any more, and since when, in milliseconds since the Unix epoch. */
export interface Suppression {
  address: string;
  at: number;
}

/**
 * How long the word of a suppression takes to the email client when nothing keeps it back, in milliseconds: half a second
 * until a web looks, and the rest for a busy machine.
 */
export const WORD_MS = 3_000;

/** From when on no attempt may begin for somebody who was suppressed after the launch. */
export type WordIsOut = (suppression: Suppression) => number;

export const soon: WordIsOut = ({ at }) => at + WORD_MS;

/**
 * Invariant F: nobody who was suppressed before the launch or the requeue is tried, and nobody else who was suppressed once
 * the word of it is out. An attempt that was only presumed, because the journal of it was lost, is not one.
 */
export async function inSuppressions(
  { sql }: Installation,
  campaign: string,
  wordIsOut: WordIsOut,
): Promise<Breach[]> {
  const attempts = await sql`
    SELECT email.id, suppression.canonical_email AS address, begun.run, begun.attempt,
      extract(epoch FROM suppression.created_at)::float8 * 1000 AS suppressed_at, extract(epoch FROM begun.at)::float8 * 1000 AS begun_at,
      suppression.created_at < coalesce(requeued.at, campaign.launched_at) AS before,
      EXISTS (
        SELECT FROM email_event next WHERE next.email_id = email.id AND next.run = begun.run AND next.seq = begun.seq + 1
          AND next.event = 'INTERRUPTED'
      ) AS interrupted
    FROM email JOIN campaign ON campaign.id = campaign_id LEFT JOIN contact ON contact.id = contact_id
      JOIN suppression ON suppression.canonical_email IN (contact.canonical_email, lower(email.address))
      JOIN email_event begun ON begun.email_id = email.id AND begun.state = 'sending' AND begun.at > suppression.created_at
      LEFT JOIN email_event requeued ON requeued.email_id = email.id AND requeued.run = begun.run AND requeued.seq = 0
    WHERE campaign_id = ${campaign} ORDER BY begun.run, begun.seq`;
  const ignored = new Map<string, Breach>();
  for (const row of attempts) {
    const { id, address, run, attempt, before, interrupted } = row as unknown as Attempt;
    const [at, begunAt] = [row["suppressed_at"] as number, row["begun_at"] as number];
    const isLate = !interrupted && begunAt > wordIsOut({ address, at });
    if (ignored.has(id) || !(before || isLate)) continue;
    const detail = `run ${run}, attempt ${attempt}: ${Math.round(begunAt - at)} ms after the suppression`;
    ignored.set(id, told("F nobody suppressed is mailed", campaign, { id, detail }));
  }
  return [...ignored.values()];
}

interface Attempt {
  id: string;
  address: string;
  run: number;
  attempt: number;
  before: boolean;
  interrupted: boolean;
}
