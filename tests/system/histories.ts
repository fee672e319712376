import { type Breach, told } from "./breach.ts";
import type { Installation } from "./installation.ts";

/** Invariants C and D: the history of every email of a campaign, in each of its runs, against itself and where it stands. */
export async function inHistories({ sql }: Installation, campaign: string): Promise<Breach[]> {
  const runs = sql`
    SELECT email.id, email.run AS current, email.seq, email.state, of.run, count(e.seq) FILTER (WHERE e.seq > 0) AS events,
      coalesce(max(e.seq), 0) AS last, count(*) FILTER (WHERE e.seq = 0 AND e.event = 'REQUEUE') AS requeues,
      coalesce((array_agg(e.state ORDER BY e.seq DESC) FILTER (WHERE e.seq > 0))[1], 'queued') AS ending
    FROM email CROSS JOIN LATERAL generate_series(1, email.run) AS of(run)
      LEFT JOIN email_event e ON e.email_id = email.id AND e.run = of.run
    WHERE campaign_id = ${campaign} GROUP BY email.id, of.run`;
  const gaps = await sql`
    SELECT id, format('run %s: %s of %s events, ends as %s; the email is %s in run %s', run, events,
      greatest(last, CASE WHEN run = current THEN seq END), ending, state, current) AS detail
    FROM (${runs}) AS history
    WHERE events <> last OR requeues <> (run > 1)::int
      OR (run = current AND (last <> seq OR ending <> state))
      OR (run < current AND ending IN ('queued', 'sending', 'retrying', 'resolving'))`;
  const strays = await sql`
    SELECT DISTINCT email.id, format('run %s has events, and the email is in run %s', e.run, email.run) AS detail
    FROM email JOIN email_event e ON e.email_id = email.id
    WHERE campaign_id = ${campaign} AND e.run NOT BETWEEN 1 AND email.run`;
  const requeued = await sql`
    SELECT id, format('run %s ended as %s, and another began', run, ending) AS detail
    FROM (${runs}) AS history WHERE run < current AND ending IN ('sent', 'skipped', 'cancelled')`;
  const risen = await sql`
    SELECT DISTINCT e.email_id AS id, format('run %s: %s, then %s', e.run, e.state, later.state) AS detail
    FROM email JOIN email_event e ON e.email_id = email.id
    JOIN email_event later ON later.email_id = e.email_id AND later.run = e.run AND later.seq > e.seq
    WHERE campaign_id = ${campaign} AND e.seq > 0 AND e.state IN ('sent', 'failed', 'skipped', 'cancelled')`;
  return [
    ...[...gaps, ...strays].map((row) => told("D no gap", campaign, row)),
    ...[...requeued, ...risen].map((row) => told("C ends are final", campaign, row)),
  ];
}
