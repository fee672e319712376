import type { Installation } from "../system/installation.ts";
import type { Breach } from "../system/breach.ts";

/** Everything that is known of what a breach is about, for whoever looks for its cause. */
export async function storyOf({ sql }: Installation, breach: Breach): Promise<string> {
  if (OF_PROGRAMS.has(breach.invariant)) return "";
  const rows =
    breach.email === undefined
      ? await sql`
          SELECT concat_ws(' ', at, actor, action, detail) AS line FROM campaign_activity
          WHERE campaign_id = ${breach.about} ORDER BY id`
      : await sql`
          SELECT concat_ws(' ', at, 'run', run, 'seq', seq, event, '->', state, 'attempt', attempt, error_code, 'received', received_at) AS line
          FROM email_event WHERE email_id = ${breach.email} ORDER BY run, seq`;
  return rows.map((row) => row["line"] as string).join("\n");
}

const OF_PROGRAMS = new Set<Breach["invariant"]>([
  "G rates",
  "H bounded",
  "I nothing personal is logged",
]);
