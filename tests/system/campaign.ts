import { expect } from "bun:test";
import { until } from "@mailwright/testing";
import type { Installation } from "./installation.ts";

interface Answer {
  id: string;
}

/** A campaign to that many contacts, made by SQL and the API and launched by the API; the answer is its id. */
export async function launchCampaign(
  { api, sql }: Installation,
  contacts: number,
  options: { when_uncertain?: "hold" | "resend" } = {},
): Promise<string> {
  const run = crypto.randomUUID().slice(0, 8);
  const segment = await api<Answer>("POST", "/segments", { name: `Everybody ${run}` });
  await sql`
    WITH added AS (
      INSERT INTO contact (email, canonical_email, first_name)
      SELECT address, address, 'P' || n FROM generate_series(1, ${contacts}) n, LATERAL (SELECT ${run} || '-' || n || '@example.com' AS address) a
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
    segment_ids: [segment.id],
    ...options,
  });
  await api("POST", `/campaigns/${campaign.id}/launch`);
  return campaign.id;
}

export interface Standing {
  state: string;
  audience: number;
  counts: Record<string, number>;
}

export async function standingOf({ sql }: Installation, campaign: string): Promise<Standing> {
  const [row] = await sql`SELECT * FROM campaign WHERE id = ${campaign}`;
  const states = [
    "queued",
    "sending",
    "retrying",
    "resolving",
    "sent",
    "failed",
    "skipped",
    "cancelled",
    "uncertain",
  ];
  return {
    state: row?.["state"] as string,
    audience: row?.["audience"] as number,
    counts: Object.fromEntries(
      states.filter((state) => row?.[state] !== 0).map((state) => [state, row?.[state] as number]),
    ),
  };
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

interface Acceptance {
  key: string;
}

/** The emails that the gateway's own ledger says it accepted, each as often as it did. */
export async function acceptances({ mock }: Installation): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let after = "0"; ;) {
    const page = await mock<{ items: Acceptance[]; next: string | number | null }>(
      "GET",
      `/ledger?limit=1000&after=${after}`,
    );
    for (const { key } of page.items) counts.set(key, (counts.get(key) ?? 0) + 1);
    if (page.next === null || page.next === undefined) return counts;
    after = String(page.next);
  }
}

/**
 * The promise, checked against the gateway's own ledger and the whole history: every recipient in exactly one final
 * state, the counts their fold, every history without a gap, whatever is `sent` accepted, and nothing accepted twice or
 * accepted without being `sent`, unless it was told to be uncertain.
 */
export async function expectPromiseKept(
  installation: Installation,
  campaign: string,
): Promise<void> {
  const { sql } = installation;
  const { state, audience, counts } = await standingOf(installation, campaign);
  const fold =
    await sql`SELECT state, count(*)::int AS n FROM email WHERE campaign_id = ${campaign} GROUP BY 1`;
  expect(Object.fromEntries(fold.map((row) => [row["state"], row["n"]]))).toEqual(counts);
  expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(audience);
  expect(["finished", "cancelled"]).toContain(state);
  expect(
    Object.keys(counts).filter((each) =>
      ["queued", "sending", "retrying", "resolving"].includes(each),
    ),
  ).toEqual([]);

  // What a killed reporter had in hand is taken over by another after 15 seconds, so a history may be whole a little later.
  const gaps = () => sql`
    SELECT email.id FROM email LEFT JOIN email_event e ON e.email_id = email.id AND e.run = email.run AND e.seq > 0
    WHERE campaign_id = ${campaign} GROUP BY email.id
    HAVING count(e.seq) <> email.seq OR coalesce(max(e.seq), 0) <> email.seq`;
  await until(async () => (await gaps()).length === 0, {
    what: "every history to be without a gap",
    timeoutMs: 40_000,
    everyMs: 200,
  });

  const emails = await sql`
    SELECT id, state, EXISTS (SELECT FROM email_event WHERE email_id = id AND state IN ('resolving', 'uncertain')) AS doubted
    FROM email WHERE campaign_id = ${campaign}`;
  const accepted = await acceptances(installation);
  const broken = emails.filter(({ id, state: end, doubted }) => {
    const times = accepted.get(id as string) ?? 0;
    if (end === "sent") return times < 1 || (times > 1 && !doubted);
    return times > 0 && !doubted;
  });
  expect(
    broken.map(({ id, state: end }) => ({ id, end, accepted: accepted.get(id as string) ?? 0 })),
  ).toEqual([]);
}
