import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { until } from "@mailwright/testing";
import type { Database } from "../../db/open.ts";
import { emailClientStandIn } from "../../testing/email-client-stand-in.ts";
import { launchingCampaign, ledgerFixture } from "../../testing/ledger.ts";
import { createLinks } from "../leaving/links.ts";
import { freezeLaunched } from "./freeze.ts";
import { handOverNext } from "./handover.ts";

async function scansOf(db: Database, index: string): Promise<number> {
  const [row] = await db.execute<{ scans: number }>(
    sql`SELECT "idx_scan"::integer AS "scans" FROM "pg_stat_user_indexes" WHERE "indexrelname" = ${index}`,
  );
  return row?.scans ?? 0;
}

test("a hand-over reads the emails of its batch and no others, whatever the statistics say", async () => {
  await using ledger = await ledgerFixture(3_000);
  await using standIn = emailClientStandIn();
  const { db } = ledger;
  const links = createLinks(db, "https://web.example.com");
  const context = { db, clock: systemClock, log: silentLog, emailClient: standIn.client, links };
  // All emails of an earlier campaign have been sent, and none is queued: that is what is known of them.
  await db.execute(sql`
    INSERT INTO "email" ("campaign_id", "contact_id", "address", "state")
    SELECT ${newId()}::uuid, "id", "email", 'sent' FROM "contact"
  `);
  await db.execute(sql`ANALYZE "email"`);
  await launchingCampaign(ledger);
  await freezeLaunched(context);
  const flushed = () => db.execute(sql`SELECT pg_stat_force_next_flush()`);
  await flushed();
  const before = {
    state: await scansOf(db, "email_campaign_state"),
    id: await scansOf(db, "email_pkey"),
  };
  await handOverNext(context);
  expect(standIn.batches.length).toBeGreaterThan(0);
  // Told by each connection in its own time, a second at most after it has worked.
  await until(async () => (await scansOf(db, "email_pkey")) > before.id, {
    what: "Postgres to tell of the hand-over",
    timeoutMs: 20_000,
  });
  expect(await scansOf(db, "email_campaign_state")).toBe(before.state);
});
