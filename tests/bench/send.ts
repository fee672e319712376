import { until } from "@mailwright/testing";
import { compileEmail, contactVariables, createRenderer } from "@mailwright/template";
import { type BenchInstallation, startBenchInstallation } from "./installation.ts";
import { peakMemoryMb } from "./memory.ts";
import { processorMeter } from "./processor-time.ts";

/** How many posts the yardstick keeps under way: as many attempts as an email client has by default. */
const CONCURRENCY = 192;
/** The yardstick's own size: enough seconds to be steady, whatever the campaign's. */
const BARE_EMAILS = 20_000;

/** A campaign before the one that is measured: what sends is to have been up for a while, as the yardstick warms up too. */
const WARM_UP_EMAILS = 5_000;

const TEMPLATE = {
  kind: "html" as const,
  subject: "Hello {{ contact.first_name }}",
  body: "<h1>Hello {{ contact.first_name | default: 'there' }}</h1><p>Here is what is new at Acme this week.</p><p><a href=\"https://example.com/\">Read on</a></p>",
};

/**
 * A campaign of that many emails, from its launch to the closed ledger, against a bare loop that posts the same rendered
 * bodies to the same gateway with the same client from one process and keeps no record. The loop runs before and after
 * the campaign, since machines are noisy; `ratio` is to their mean.
 */
export async function benchSend(emails: number) {
  await using installation = await startBenchInstallation();
  const bodies = renderedBodies(1_000);
  await campaign(installation, "warm", WARM_UP_EMAILS);
  const before = await bareLoop(installation, bodies);
  await installation.sql`VACUUM ANALYZE`;
  const used = processorMeter(installation.pids());
  const seconds = await campaign(installation, "person", emails);
  const costs = used(emails);
  const after = await bareLoop(installation, bodies);
  const bare = (before + after) / 2;
  const perSecond = emails / seconds;
  return {
    emails,
    seconds: round(seconds),
    emails_per_s: Math.round(perSecond),
    bare_loop_per_s: Math.round(bare),
    ratio: round(perSecond / bare),
    rss_web_mb: peakMemoryMb(installation.web.pid),
    rss_email_client_mb: peakMemoryMb(installation.emailClient.pid),
    ...costs,
  };
}

/** Launches a campaign and resolves with the seconds until its ledger is closed: every email sent and counted. */
async function campaign(
  { api, sql }: BenchInstallation,
  who: string,
  emails: number,
): Promise<number> {
  const segment = await api<{ id: string }>("POST", "/segments", { name: `Every ${who}` });
  await sql`
    WITH added AS (
      INSERT INTO contact (email, canonical_email, first_name, last_name)
      SELECT "who" || n || '@example.com', "who" || n || '@example.com', initcap("who") || n, 'Example'
      FROM generate_series(1, ${emails}) n, (SELECT ${who}::text AS "who")
      RETURNING id
    )
    INSERT INTO segment_contact (segment_id, contact_id) SELECT ${segment.id}, id FROM added`;
  await sql`ANALYZE`;
  const template = await api<{ id: string }>("POST", "/templates", {
    name: `News for ${who}`,
    ...TEMPLATE,
  });
  const made = await api<{ id: string }>("POST", "/campaigns", {
    name: "News",
    template_id: template.id,
    segment_ids: [segment.id],
  });
  const begin = performance.now();
  await api("POST", `/campaigns/${made.id}/launch`);
  const end = await until(
    async () => {
      const [row] = await sql`SELECT state, sent, audience FROM campaign WHERE id = ${made.id}`;
      return (
        row?.["state"] === "finished" && {
          sent: row["sent"] as number,
          audience: row["audience"] as number,
        }
      );
    },
    { what: "the campaign to finish", timeoutMs: 3_600_000, everyMs: 50 },
  );
  const seconds = (performance.now() - begin) / 1000;
  if (end.sent !== emails || end.audience !== emails)
    throw new Error(`${end.sent} of ${emails} were sent`);
  return seconds;
}

/**
 * The bodies that the seed gateway is sent, rendered beforehand and with the same headers and footer: the loop is to
 * measure posting and nothing else.
 */
function renderedBodies(count: number): string[] {
  const compiled = compileEmail(TEMPLATE);
  if (!compiled.ok) throw new Error("the template of the benchmark does not compile");
  const sender = {
    name: "Acme",
    email: "news@example.com",
    postal_address: "1 High Street, London",
  };
  const campaignId = crypto.randomUUID();
  const render = createRenderer(compiled.content, { campaign: { name: "News" }, sender });
  return Array.from({ length: count }, (_, n) => {
    const contact = {
      id: crypto.randomUUID(),
      email: `person${n}@example.com`,
      first_name: `Person${n}`,
    };
    const link = `http://localhost:5050/u/${"x".repeat(43)}`;
    const { subject, html, text } = render(contactVariables(contact), link) as {
      subject: string;
      html: string;
      text: string;
    };
    const headers = {
      "List-Id": '"Acme" <campaigns.example.com>',
      Precedence: "bulk",
      "Feedback-ID": `${campaignId}:campaigns:mailwright:mw0123456789`,
      "Auto-Submitted": "auto-generated",
      "List-Unsubscribe": `<${link}>`,
      "Message-ID": `<${contact.id}@example.com>`,
      "X-Mailwright-Email": contact.id,
    };
    return JSON.stringify({
      from: { name: sender.name, email: sender.email },
      to: { name: "", email: contact.email },
      subject,
      text,
      html,
      headers,
    });
  });
}

/** Posts per second of the bare loop, in a process of its own as the email client is. */
async function bareLoop({ gatewayMock }: BenchInstallation, bodies: string[]): Promise<number> {
  const loop = Bun.spawn([process.execPath, `${import.meta.dir}/bare-loop.ts`], {
    env: {
      URL: `${gatewayMock.url}/email`,
      EMAILS: String(BARE_EMAILS),
      CONCURRENCY: String(CONCURRENCY),
    },
    stdin: new TextEncoder().encode(JSON.stringify(bodies)),
    stdout: "pipe",
  });
  return Number(await loop.stdout.text());
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
