import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { silentLog } from "@mailwright/platform";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { factsOf } from "../emails/facts.ts";
import { takeReports } from "../reports/reports.ts";
import { readSuppression } from "../suppressions/suppressions.ts";

let fixture: CampaignFixture;
beforeAll(async () => {
  fixture = await campaignFixture(4);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

test("a mailbox that its server does not know is a bounce, also when it says so while the email is sent; told once, however often it is reported", async () => {
  const { db } = fixture.context;
  const campaign = await fixture.draft("Spring sale");
  const { sending } = await launchedWith(fixture, campaign, "sending", { sending: 4 });
  const statuses = ["5.1.1", "5.2.2", "5.7.1", undefined];
  const reports = sending.map((id, index) => ({
    id,
    run: 1,
    seq: 3,
    event: "REJECTED",
    state: "failed",
    at: Date.UTC(2026, 10, 29, 12),
    attempt: 1,
    gateway: fixture.gateway,
    error: {
      code: "rejected",
      detail: "The server answered 550.",
      ...(statuses[index] !== undefined && { status: statuses[index] }),
    },
  }));
  for (let times = 0; times < 2; times++) {
    const { invalid } = await takeReports(db, silentLog, { reports });
    expect(invalid).toBe(0);
    const facts = await Promise.all(sending.map((id) => factsOf(db, id)));
    expect(facts.map((each) => each.map(({ kind, detail }) => [kind, detail["class"]]))).toEqual([
      [["bounced", "hard"]],
      [["bounced", "soft"]],
      [],
      [],
    ]);
  }
  const addresses = await db.execute<{ id: string; address: string }>(
    sql`SELECT "id", "address" FROM "email" WHERE "campaign_id" = ${campaign}`,
  );
  const found = await Promise.all(
    sending.map((id) => readSuppression(db, addresses.find((row) => row.id === id)?.address ?? "")),
  );
  expect(found.map((each) => each?.origin)).toEqual([
    "Bounce of “Spring sale” (refused by its server)",
    undefined,
    undefined,
    undefined,
  ]);
});
