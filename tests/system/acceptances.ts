import { type Breach, type Invariant, told } from "./breach.ts";
import type { Acceptance } from "./campaign.ts";
import type { Installation } from "./installation.ts";

/** Invariants A, B and D: what the ledger says that the gateway accepted, against what the gateway's own ledger says. */
export async function inAcceptances(
  { sql }: Installation,
  campaign: string,
  accepted: ReadonlyMap<string, readonly Acceptance[]>,
): Promise<Breach[]> {
  // An attempt in doubt explains one acceptance, no more. What is told later of one in doubt may come without a message id.
  const emails = await sql`
    SELECT id, state, message_id,
      (SELECT greatest(count(*) FILTER (WHERE state = 'resolving'), count(*) FILTER (WHERE state = 'uncertain'))
        FROM email_event WHERE email_id = email.id)::int AS doubts,
      EXISTS (SELECT FROM email_event WHERE email_id = email.id AND event = 'CONFIRMED') AS confirmed
    FROM email WHERE campaign_id = ${campaign}`;
  return emails.flatMap((row) => {
    const id = row["id"] as string;
    const state = row["state"] as string;
    const message = row["message_id"] as string | null;
    const doubts = row["doubts"] as number;
    const lines = accepted.get(id) ?? [];
    const times = lines.length;
    const breach = (invariant: Invariant, detail: string) => [
      told(invariant, campaign, { id, detail }),
    ];
    const inAll = `${state}, accepted ${times} times and ${doubts} times in doubt`;
    if (state !== "sent") return times > doubts ? breach("B no silent duplicate", inAll) : [];
    if (times === 0) return breach("A no loss", inAll);
    if (times > 1 + doubts) return breach("B no silent duplicate", inAll);
    const isKnown = lines.some(({ message_id }) => message_id === message);
    return isKnown || (message === null && row["confirmed"])
      ? []
      : breach("D no gap", `sent as ${message}, which the gateway does not know`);
  });
}
