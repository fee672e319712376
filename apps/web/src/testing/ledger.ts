import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import type { Content } from "@mailwright/protocol";
import { contentHash } from "@mailwright/protocol";
import { testDatabase } from "@mailwright/testing";
import { type Database, openDatabase } from "../db/open.ts";

/** A database of its own with what a campaign needs: contacts, a segment and a content. For tests. */
export interface LedgerFixture extends AsyncDisposable {
  db: Database;
  url: string;
  segment: string;
  gateway: string;
}

export async function ledgerFixture(contacts: number): Promise<LedgerFixture> {
  const stack = new AsyncDisposableStack();
  const { url } = stack.use(await testDatabase());
  const { db } = stack.use(openDatabase(url));
  const segment = newId();
  await db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email", "first_name")
    SELECT 'p' || n || '@example.com', 'p' || n || '@example.com', 'P' || n FROM generate_series(1, ${contacts}) AS n
  `);
  await db.execute(sql`INSERT INTO "segment" ("id", "name") VALUES (${segment}, 'Everybody')`);
  await db.execute(sql`
    INSERT INTO "segment_contact" ("segment_id", "contact_id") SELECT ${segment}::uuid, "id" FROM "contact"
  `);
  return { db, url, segment, gateway: newId(), [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** A campaign as a launch leaves it: its content frozen, its audience about to be. */
export async function launchingCampaign(
  { db, segment, gateway }: Pick<LedgerFixture, "db" | "segment" | "gateway">,
  { whenUncertain = "hold" as "hold" | "resend", segments = [segment] } = {},
): Promise<string> {
  const id = newId();
  const content: Content = {
    campaign: { id, name: "News" },
    template: {
      subject: "Hi {{ contact.first_name }}",
      html: null,
      text: "Hello {{ contact.first_name }}",
    },
    sender: { name: "Acme", email: "news@example.com" },
    headers: {},
    policy: {
      attempts: 3,
      first_wait_s: 1,
      max_wait_s: 10,
      max_age_s: 3_600,
      when_uncertain: whenUncertain,
    },
  };
  const hash = contentHash(content);
  await db.execute(sql`
    INSERT INTO "content" ("hash", "body") VALUES (${hash}, ${JSON.stringify(content)}::jsonb) ON CONFLICT DO NOTHING
  `);
  await db.execute(sql`
    INSERT INTO "campaign" ("id", "name", "state", "content_hash", "gateway_id", "when_uncertain", "created_by", "launched_at")
    VALUES (${id}, 'News', 'launching', ${hash}, ${gateway}, ${whenUncertain}, 'test', now())
  `);
  for (const each of segments) {
    await db.execute(
      sql`INSERT INTO "campaign_segment" ("campaign_id", "segment_id") VALUES (${id}, ${each})`,
    );
  }
  return id;
}

/** The counts of a campaign as they are kept, and as a fold of its emails; and what else says how it stands. */
export async function standing(db: Database, campaign: string) {
  const [row] = await db.execute<Record<string, number | string | null>>(
    sql`SELECT * FROM "campaign" WHERE "id" = ${campaign}`,
  );
  const folded = await db.execute<{ state: string; n: number }>(
    sql`SELECT "state", count(*)::integer AS "n" FROM "email" WHERE "campaign_id" = ${campaign} GROUP BY 1`,
  );
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
  const kept = Object.fromEntries(states.filter((s) => row?.[s] !== 0).map((s) => [s, row?.[s]]));
  return {
    state: row?.["state"],
    audience: row?.["audience"],
    unhanded: row?.["unhanded"],
    counts: kept,
    fold: Object.fromEntries(folded.map(({ state, n }) => [state, n])),
  };
}

/** Emails whose history has a gap: the numbers of a run's transitions are not 1, 2, 3 … up to the email's own. */
export async function gaps(db: Database, campaign: string): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    SELECT "email"."id" FROM "email"
      LEFT JOIN "email_event" ON "email_event"."email_id" = "email"."id" AND "email_event"."run" = "email"."run" AND "email_event"."seq" > 0
    WHERE "campaign_id" = ${campaign}
    GROUP BY "email"."id"
    HAVING count("email_event"."seq") <> "email"."seq" OR coalesce(max("email_event"."seq"), 0) <> "email"."seq"
  `);
  return rows.map(({ id }) => id);
}
