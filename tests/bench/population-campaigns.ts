import type { TransactionSql } from "postgres";
import { contentHash, type Content } from "@mailwright/protocol";
import { compileSource } from "@mailwright/template";
import { openDatabase } from "@mailwright/web/db/open.ts";
import { createLinks } from "@mailwright/web/features/leaving/links.ts";
import type { BenchInstallation } from "./installation.ts";
import { CANCELLED, LIVES, lifeSteps, SUPPRESSED } from "./population-lives.ts";
import { urlOf } from "./population-rest.ts";
import type { Segments } from "./population-segments.ts";
import type { Templates } from "./population-templates.ts";
import { BENCH_TEMPLATE } from "./template.ts";

export interface Campaigns {
  /** The one of the most emails. */
  large: string;
  /** Small ones, by their state. */
  draft: string;
  paused: string;
  cancelled: string;
  /** A draft for everybody, and one for whom a rule finds. */
  draftForEverybody: string;
  draftByRule: string;
  /** Emails of the large one, by their state. */
  emails: Record<"sent" | "failed" | "skipped" | "uncertain", string>;
  /** Where the recipient of the one that was sent can leave. */
  leave: string;
}

/** Small campaigns, a few a day for four hundred days, each to so many. */
const SMALL = 2_000;
const SMALL_AUDIENCE = 20;

interface Wanted {
  emails: number;
  gateway: string;
  segments: Segments;
  templates: Templates;
}

/** Campaigns with their ledger: the emails that are wanted in as few large ones as there can be, and many small ones. */
export async function addCampaigns(
  { sql, api }: BenchInstallation,
  { emails, gateway, segments, templates }: Wanted,
): Promise<Campaigns> {
  await sql.begin(async (tx) => {
    await tx`SELECT ensure_email_event_partitions(now() - '1 month'::interval * n) FROM generate_series(15, 0, -3) AS n`;
    const content = await keepContent(tx);
    await tx`
      CREATE TEMP TABLE planned ON COMMIT DROP AS
      SELECT uuidv7(shift) AS id, shift, name, state, audience FROM (
        SELECT n, '-1 hour'::interval * (9600.0 * n / ${SMALL}) AS shift, 'Letter ' || n AS name, ${SMALL_AUDIENCE} AS audience,
          CASE n % 50 WHEN 1 THEN 'draft' WHEN 2 THEN 'cancelled' WHEN 3 THEN 'paused' ELSE 'finished' END::campaign_state AS state
        FROM generate_series(1, ${SMALL}) AS n
        UNION ALL
        SELECT 0, '-20 days'::interval - '1 day'::interval * n, 'To everybody ' || n, least(contacts, ${emails} - n * contacts), 'finished'
        FROM (SELECT count AS contacts FROM tally WHERE name = 'contact') AS everybody,
          generate_series(0, (${emails} - 1)::int / contacts) AS n
      ) AS campaign ORDER BY shift`;
    await insertCampaigns(tx, { content, gateway, template: templates.one, segments });
    await chooseRecipients(tx);
    await writeLedger(tx, gateway);
    await batchQueued(tx);
    await settle(tx);
  });
  const draft = async (name: string, segment: string) => {
    const body = { name, template_id: templates.one, segment_ids: [segment] };
    return (await api<{ id: string }>("POST", "/campaigns", body)).id;
  };
  const found =
    await sql`SELECT DISTINCT ON (state) state, id FROM campaign WHERE name LIKE 'Letter %' ORDER BY state, id`;
  const [large] = await sql`SELECT id FROM campaign ORDER BY audience DESC, id LIMIT 1`;
  const examples =
    await sql`SELECT DISTINCT ON (state) state, id FROM email WHERE campaign_id = ${large?.["id"]} ORDER BY state, seq DESC`;
  const small = byState(found);
  const samples = byState(examples) as Campaigns["emails"];
  await using database = openDatabase(urlOf(sql), { connections: 1 });
  return {
    large: large?.["id"],
    draft: small["draft"] ?? "",
    paused: small["paused"] ?? "",
    cancelled: small["cancelled"] ?? "",
    draftForEverybody: await draft("To everybody again", segments.everybody),
    draftByRule: await draft("To many again", segments.domain),
    emails: samples,
    leave: (await createLinks(database.db, "").toLeave())(samples.sent),
  };
}

function byState(rows: readonly object[]): Record<string, string> {
  return Object.fromEntries(
    (rows as { state: string; id: string }[]).map(({ state, id }) => [state, id]),
  );
}

/** One content for them all, which no campaign that is sent would have; it is as long as any. */
async function keepContent(tx: TransactionSql): Promise<string> {
  const compiled = compileSource(BENCH_TEMPLATE);
  if (!compiled.ok) throw new Error("the template of the benchmark does not compile");
  const content: Content = {
    campaign: { id: crypto.randomUUID(), name: "News" },
    template: compiled.content,
    sender: { name: "Acme", email: "news@example.com" },
    headers: {},
    policy: {
      attempts: 4,
      first_wait_s: 5,
      max_wait_s: 900,
      max_age_s: 86_400,
      when_uncertain: "hold",
    },
  };
  const hash = contentHash(content);
  await tx`INSERT INTO content (hash, body) VALUES (${hash}, ${tx.json(content)})`;
  return hash;
}

async function insertCampaigns(
  tx: TransactionSql,
  {
    content,
    gateway,
    template,
    segments,
  }: { content: string; gateway: string; template: string; segments: Segments },
): Promise<void> {
  await tx`
    INSERT INTO campaign (id, name, template_id, created_by, created_at, updated_at, gateway_id, template_version, content_hash, launched_at)
    SELECT id, name, ${template}, 'Bench', now() + shift, now() + shift,
      ${gateway}::uuid, CASE WHEN state <> 'draft' THEN 1 END, CASE WHEN state <> 'draft' THEN ${content} END,
      CASE WHEN state <> 'draft' THEN now() + shift END
    FROM planned`;
  await tx`
    INSERT INTO campaign_segment (campaign_id, segment_id)
    SELECT id, CASE WHEN name LIKE 'Letter %' THEN ${segments.small} ELSE ${segments.everybody} END::uuid FROM planned`;
  await tx`
    INSERT INTO campaign_activity (campaign_id, at, actor, action)
    SELECT id, now() + shift, 'Bench', action FROM planned, unnest(ARRAY['created', 'launched']) AS action
    WHERE action = 'created' OR state <> 'draft'`;
}

/** Who gets which campaign, and what becomes of the email: the life that it will have lived, none while it is queued. */
async function chooseRecipients(tx: TransactionSql): Promise<void> {
  await tx`
    CREATE TEMP TABLE recipient ON COMMIT DROP AS
    SELECT uuidv7(shift) AS id, shift, campaign_id, contact.id AS contact_id, contact.email AS address,
      CASE WHEN suppression.reason IS NOT NULL THEN ${SUPPRESSED} WHEN planned.state = 'paused' THEN NULL
        WHEN planned.state = 'cancelled' AND random() < 0.5 THEN ${CANCELLED} ELSE floor(random() * ${LIVES})::int END AS life
    FROM (SELECT planned.id AS campaign_id, shift, state, generate_series(first, first + audience - 1) AS n
        FROM planned, LATERAL (SELECT 1 + abs(hashtext(planned.name)::bigint) % (count - audience + 1) AS first FROM tally WHERE name = 'contact')
        WHERE state <> 'draft') AS planned
      JOIN (SELECT id, email, canonical_email, row_number() OVER (ORDER BY id) AS n FROM contact) AS contact USING (n)
      LEFT JOIN suppression USING (canonical_email)
    ORDER BY shift, campaign_id, n`;
}

async function writeLedger(tx: TransactionSql, gateway: string): Promise<void> {
  await tx`
    CREATE TEMP TABLE step ON COMMIT DROP AS
    SELECT * FROM json_to_recordset(${tx.json(lifeSteps() as never)}::json) AS step (
      life int, seq smallint, event text, state email_state, after_ms bigint, attempt smallint, due_ms bigint,
      message_id text, error_code text, error_detail text)`;
  await tx`
    INSERT INTO email (id, campaign_id, contact_id, address, state, seq, attempt, changed_at, gateway_id, message_id, error_code, error_detail)
    SELECT id, campaign_id, contact_id, address, coalesce(state, 'queued'), coalesce(seq, 0), coalesce(attempt, 0),
      now() + shift + '1 millisecond'::interval * coalesce(after_ms, 0), CASE WHEN attempt > 0 THEN ${gateway}::uuid END,
      message_id, error_code, error_detail
    FROM recipient LEFT JOIN (SELECT DISTINCT ON (life) * FROM step ORDER BY life, seq DESC) AS last USING (life)
    ORDER BY id`;
  await tx`
    INSERT INTO email_event (email_id, run, seq, event, state, at, attempt, gateway_id, due_at, message_id, error_code, error_detail)
    SELECT id, 1, seq, event, state, now() + shift + '1 millisecond'::interval * after_ms, attempt,
      CASE WHEN attempt > 0 THEN ${gateway}::uuid END, now() + shift + '1 millisecond'::interval * due_ms,
      message_id, error_code, error_detail
    FROM recipient JOIN step USING (life) ORDER BY id, seq`;
}

/** What is queued lies in a batch that nobody has handed over. */
async function batchQueued(tx: TransactionSql): Promise<void> {
  await tx`
    INSERT INTO batch (campaign_id, email_ids, runs, size)
    SELECT campaign_id, array_agg(id ORDER BY id), array_agg(run ORDER BY id), count(*) FROM email WHERE state = 'queued' GROUP BY campaign_id`;
}

/** The campaigns come to what their emails came to. */
async function settle(tx: TransactionSql): Promise<void> {
  await tx`
    UPDATE campaign SET state = planned.state, audience = counted.audience, queued = counted.queued, unhanded = counted.queued,
      sent = counted.sent, failed = counted.failed, skipped = counted.skipped, cancelled = counted.cancelled,
      uncertain = counted.uncertain, control_acknowledged = CASE planned.state WHEN 'paused' THEN 'paused' WHEN 'cancelled' THEN 'cancelled' ELSE 'running' END,
      finished_at = CASE WHEN planned.state <> 'paused' THEN now() + shift + '1 hour' END
    FROM planned JOIN (
      SELECT campaign_id, count(*) AS audience, count(*) FILTER (WHERE state = 'queued') AS queued,
        count(*) FILTER (WHERE state = 'sent') AS sent, count(*) FILTER (WHERE state = 'failed') AS failed,
        count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
        count(*) FILTER (WHERE state = 'uncertain') AS uncertain
      FROM email GROUP BY campaign_id
    ) AS counted ON counted.campaign_id = planned.id
    WHERE campaign.id = planned.id`;
}
