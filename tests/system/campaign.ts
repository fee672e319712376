import { EMAIL_STATES } from "@mailwright/email_machine";
import { until } from "@mailwright/testing";
import type { Installation } from "./installation.ts";

interface Answer {
  id: string;
}

export interface Options {
  when_uncertain?: "hold" | "resend";
  /** Absent for the default one. */
  gateway_id?: string;
  /** More segments that it goes to. */
  segments?: string[];
  /** The domains that the contacts' addresses have in turn. */
  domains?: string[];
}

/** A campaign to that many contacts, made by SQL and the API and launched by the API; the answer is its id. */
export async function launchCampaign(
  installation: Installation,
  contacts: number,
  options: Options = {},
): Promise<string> {
  const id = await draftCampaign(installation, contacts, options);
  await installation.api("POST", `/campaigns/${id}/launch`);
  return id;
}

/** The same, not launched yet. */
export async function draftCampaign(
  { api, sql }: Installation,
  contacts: number,
  { segments = [], domains = ["example.com"], ...options }: Options = {},
): Promise<string> {
  const run = crypto.randomUUID().slice(0, 8);
  const segment = await api<Answer>("POST", "/segments", { name: `Everybody ${run}` });
  await sql`
    WITH added AS (
      INSERT INTO contact (email, canonical_email, first_name)
      SELECT address, address, 'P' || n FROM generate_series(1, ${contacts}) n, LATERAL (
        SELECT ${run} || '-' || n || '@' || (${domains}::text[])[1 + n % ${domains.length}::int] AS address
      ) a
      RETURNING id
    )
    INSERT INTO segment_contact (segment_id, contact_id) SELECT ${segment.id}, id FROM added`;
  const [template] = await sql`
    WITH made AS (INSERT INTO template (name) VALUES ('News') RETURNING id)
    INSERT INTO template_version (template_id, version, kind, subject, body, created_by)
    SELECT id, 1, 'html', 'Hello {{ contact.first_name }}', '<p>Hello {{ contact.first_name }}</p>', 'a test' FROM made
    RETURNING template_id AS id`;
  const campaign = await api<Answer>("POST", "/campaigns", {
    name: `News ${run}`,
    template_id: template?.["id"],
    segment_ids: [segment.id, ...segments],
    ...options,
  });
  return campaign.id;
}

export interface Standing {
  state: string;
  audience: number;
  counts: Record<string, number>;
}

export async function standingOf({ sql }: Installation, campaign: string): Promise<Standing> {
  const [row] = await sql`SELECT * FROM campaign WHERE id = ${campaign}`;
  return {
    state: row?.["state"] as string,
    audience: row?.["audience"] as number,
    counts: Object.fromEntries(
      EMAIL_STATES.filter((state) => row?.[state] !== 0).map((state) => [
        state,
        row?.[state] as number,
      ]),
    ),
  };
}

/** Resolves when that many emails of the campaign are in one of the states, as far as web has heard. */
export function reached(
  { sql }: Installation,
  campaign: string,
  states: string[],
  most = 1,
): Promise<unknown> {
  return until(
    async () => {
      const [row] = await sql`
        SELECT count(*)::int AS n FROM email WHERE campaign_id = ${campaign} AND state = ANY(${states}::email_state[])`;
      return (row?.["n"] as number) >= most;
    },
    { what: `${most} emails to be ${states.join(" or ")}`, timeoutMs: 30_000, everyMs: 5 },
  );
}

/** Resolves when a connection of web's waits for a lock that somebody else has. */
export function webWaits({ sql }: Installation, forWhat: string): Promise<unknown> {
  return until(
    async () => {
      const waiting = await sql`
        SELECT FROM pg_stat_activity WHERE application_name = 'mailwright' AND wait_event_type = 'Lock'`;
      return waiting.length > 0;
    },
    { what: `web to wait for ${forWhat}`, timeoutMs: 20_000, everyMs: 5 },
  );
}

/** Waits until a campaign has come to an end. */
export async function ended(
  installation: Installation,
  campaign: string,
  timeoutMs = 90_000,
): Promise<Standing> {
  return until(
    async () => {
      const standing = await standingOf(installation, campaign);
      return ["finished", "cancelled"].includes(standing.state) && standing;
    },
    { what: `campaign ${campaign} to end`, timeoutMs, everyMs: 100 },
  );
}

/** A line of the gateway's own ledger: which email it accepted, when, for and from whom, and under which id. */
export interface Acceptance {
  key: string;
  /** Milliseconds since the Unix epoch. */
  at: number;
  to: string;
  username: string;
  message_id: string;
}

/** The emails that the gateway's own ledger says it accepted, each as often as it did. */
export async function acceptances(installation: Installation): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { key } of await gatewayLedger(installation))
    counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Everything that the gateway accepted, in the order of acceptance. */
export async function gatewayLedger({ mock }: Installation): Promise<Acceptance[]> {
  const all: Acceptance[] = [];
  for (let after = "0"; ;) {
    const page = await mock<{
      items: (Omit<Acceptance, "at"> & { at: string })[];
      next: number | null;
    }>("GET", `/ledger?limit=1000&after=${after}`);
    all.push(...page.items.map((item) => ({ ...item, at: Date.parse(item.at) })));
    if (page.next === null) return all;
    after = String(page.next);
  }
}
