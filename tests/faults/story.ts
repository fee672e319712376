import type { Stretch } from "../harness/stretches.ts";
import type { Breach } from "../system/breach.ts";
import { gatewayLedger } from "../system/campaign.ts";
import type { Installation } from "../system/installation.ts";
import type { Chronicle } from "./chronicle.ts";

/** Something that is known to have happened at a moment, in milliseconds since the Unix epoch, and by whose word. */
export interface Line {
  at: number;
  of: string;
  text: string;
}

/** Everything that is known of what a breach is about, in the order of time, for whoever looks for its cause. */
export async function storyOf(
  all: Installation,
  breach: Breach,
  chronicle?: Pick<Chronicle, "around">,
): Promise<string> {
  const known = await linesOf(all, breach);
  const during = breach.during ?? stretchOf(known);
  const lines = during === undefined ? known : [...known, ...(chronicle?.around(during) ?? [])];
  return lines
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, of, text }) => `${new Date(at).toISOString()}  ${of.padEnd(11)}  ${text}`)
    .join("\n");
}

async function linesOf(all: Installation, { email, about, during }: Breach): Promise<Line[]> {
  if (during !== undefined) return [];
  if (email === undefined) return ofCampaign(all, about);
  const accepted = (await gatewayLedger(all)).filter(({ key }) => key === email);
  return [
    ...(await ofCampaign(all, about)),
    ...(await ofEmail(all, email)),
    ...accepted.map(({ at, message_id, username }) => ({
      at,
      of: "gateway",
      text: `accepted as ${message_id} from ${username}`,
    })),
  ];
}

async function ofCampaign({ sql }: Installation, campaign: string): Promise<Line[]> {
  const rows = await sql`
    SELECT extract(epoch FROM at)::float8 * 1000 AS at, 'campaign' AS of, concat_ws(' ', actor, action, detail) AS text
    FROM campaign_activity WHERE campaign_id::text = ${campaign} ORDER BY id`;
  return rows as unknown as Line[];
}

async function ofEmail({ sql }: Installation, email: string): Promise<Line[]> {
  const rows = await sql`
    SELECT extract(epoch FROM at)::float8 * 1000 AS at, of, text FROM (
      SELECT at, 'email' AS of, run, seq, concat_ws(' ', 'run', run, 'seq', seq, event, '->', state, 'attempt', attempt,
        message_id, error_code, 'heard', received_at) AS text
      FROM email_event WHERE email_id = ${email}
      UNION ALL
      SELECT at, 'fact', NULL, NULL, concat_ws(' ', kind, 'by', source, detail, 'heard', received_at)
      FROM email_fact WHERE email_id = ${email}
      UNION ALL
      SELECT suppression.created_at, 'suppression', NULL, NULL, concat_ws(' ', reason, 'by', origin, CASE WHEN announced THEN 'announced' END)
      FROM suppression JOIN email ON email.id = ${email} LEFT JOIN contact ON contact.id = contact_id
      WHERE suppression.canonical_email IN (contact.canonical_email, lower(address))
    ) AS line ORDER BY run, seq`;
  return rows as unknown as Line[];
}

function stretchOf(lines: readonly Line[]): Stretch | undefined {
  const times = lines.map(({ at }) => at);
  return times.length === 0 ? undefined : { from: Math.min(...times), to: Math.max(...times) };
}
