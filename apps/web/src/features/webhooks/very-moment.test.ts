import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, silentLog } from "@mailwright/platform";
import type { WebhookFact } from "@mailwright/protocol";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { eraseContacts } from "../contacts/erasure.ts";
import { takeReports } from "../reports/reports.ts";
import { type FactsTaken, takeFacts } from "./webhooks.ts";

let fixture: CampaignFixture;
beforeAll(async () => {
  fixture = await campaignFixture(3);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

beforeEach(async () => {
  await fixture.context.db.execute(sql`TRUNCATE "suppression", "email_fact", "email"`);
});

async function sendingEmail(): Promise<string> {
  const counts = { sending: 1 };
  const { sending } = await launchedWith(fixture, await fixture.draft(), "sending", counts);
  return sending[0] ?? "";
}

function tell(gateway: string, email: string, kind: WebhookFact["kind"]): Promise<FactsTaken> {
  return takeFacts(fixture.context, { id: gateway, kind: "smtp", name: "Relay" }, [
    { email, kind, at: Date.now(), key: "e-1" },
  ]);
}

test.each(["complained", "unsubscribed"] as const)(
  "whoever %s and is erased in that very moment is suppressed by it as little as later",
  async (kind) => {
    const { db } = fixture.context;
    const email = await sendingEmail();
    let erased: Promise<number> | undefined;
    let told: Promise<FactsTaken> | undefined;
    await db.transaction(async (tx) => {
      const [row] = await tx.execute<{ contact: string }>(
        sql`SELECT "contact_id" AS "contact" FROM "email" WHERE "id" = ${email} FOR UPDATE`,
      );
      erased = eraseContacts(db, [row?.contact ?? ""]);
      await lockWait(db);
      // Waits behind the erasure, and began before that had ended.
      told = tell(fixture.gateway, email, kind);
      await lockWait(db, 2);
    });
    expect(await erased).toBe(1);
    expect(await told).toMatchObject({ taken: 1 });
    expect([...(await db.execute(sql`SELECT "canonical_email" FROM "suppression"`))]).toEqual([]);
  },
);

test("a gateway may tell of an email that was given to it by what is reported in that very moment", async () => {
  const { db } = fixture.context;
  const email = await sendingEmail();
  const [first, second] = [newId(), newId()];
  const report = (seq: number, event: string, state: string, gateway: string) => {
    return { id: email, run: 1, seq, event, state, at: Date.now(), attempt: 1, gateway };
  };
  let told: Promise<FactsTaken> | undefined;
  await db.transaction(async (tx) => {
    await takeReports(tx as never, silentLog, {
      reports: [
        report(3, "UNAVAILABLE", "retrying", first),
        report(4, "DUE", "sending", second),
        report(5, "ACCEPTED", "sent", second),
      ],
    });
    told = tell(first, email, "delivered");
    await lockWait(db);
  });
  expect(await told).toMatchObject({ taken: 1, unknown: 0 });
});
