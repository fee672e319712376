import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, silentLog } from "@mailwright/platform";
import type { Report } from "@mailwright/protocol";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { signedInClient } from "../../testing/client.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { requeueEmails } from "../campaigns/requeue-queries.ts";
import { factsOf } from "../emails/facts.ts";
import { takeReports } from "../reports/reports.ts";
import { readSuppression, suppress } from "../suppressions/suppressions.ts";
import { takeRefusals } from "./refusals.ts";
import { takeFacts } from "./webhooks.ts";

let fixture: CampaignFixture;
beforeAll(async () => {
  fixture = await campaignFixture(4);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

test("a mailbox that its server does not know is a bounce, also when it says so while the email is sent; told once, however often it is reported", async () => {
  const { db } = fixture.context;
  const campaign = await fixture.draft("Spring sale");
  const { sending } = await launchedWith(fixture, campaign, "sending", { sending: 4 });
  const statuses = ["5.1.1", "5.2.1", "5.7.1", undefined];
  const words = ["", "The user is receiving mail at a rate that prevents more.", "", ""];
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
      detail: `The server answered 550. ${words[index]}`,
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
  // None was sent: it is a share of those that were tried.
  const overview = await (await signedInClient(fixture.context)).get(`/campaigns/${campaign}`);
  expect(overview.find(".definitions div").map(({ text }) => text)).toContain("Bounced2 (50%)");
});

test("a refusal settles no later run of the same email: one that is requeued and comes to be in doubt stays so, until something is told of it", async () => {
  const { db } = fixture.context;
  const campaign = await fixture.draft("Summer sale");
  const { sending } = await launchedWith(fixture, campaign, "sending", { sending: 1 });
  const [id = ""] = sending;
  const report = (run: number, seq: number, event: string, state: string, status?: string) => ({
    id,
    run,
    seq,
    event,
    state,
    at: Date.UTC(2026, 10, 29, 12),
    attempt: 1,
    gateway: fixture.gateway,
    ...(state !== "sending" && { error: { code: "rejected", ...(status && { status }) } }),
  });
  const tell = async (...reports: ReturnType<typeof report>[]) =>
    expect((await takeReports(db, silentLog, { reports })).invalid).toBe(0);
  const standing = async () => {
    const [row] = await db.execute(
      sql`SELECT "run", "seq", "state" FROM "email" WHERE "id" = ${id}`,
    );
    return row as unknown;
  };
  await tell(report(1, 3, "REJECTED", "failed", "5.2.2"));
  expect(await factsOf(db, id)).toMatchObject([{ kind: "bounced", detail: { class: "soft" } }]);
  await requeueEmails(db, campaign, {
    states: ["failed"],
    emails: "all",
    after: undefined,
    most: 10,
  });
  await tell(
    report(2, 1, "START", "sending"),
    report(2, 2, "AMBIGUOUS", "resolving"),
    report(2, 3, "UNRESOLVED", "uncertain"),
  );
  expect(await standing()).toEqual({ run: 2, seq: 3, state: "uncertain" });
  const teller = { id: fixture.gateway, kind: "smtp", name: "Main gateway" };
  await takeFacts(fixture.context, teller, [
    { email: id, kind: "delivered", at: Date.UTC(2026, 10, 29, 12), key: "d-1" },
  ]);
  expect(await standing()).toEqual({ run: 2, seq: 4, state: "sent" });
});

test("a refusal settles no email of which an attempt before may have been accepted", async () => {
  const { db } = fixture.context;
  const campaign = await fixture.draft("Winter sale");
  const { sending } = await launchedWith(fixture, campaign, "sending", { sending: 1 });
  const [id = ""] = sending;
  const refused = {
    id,
    run: 1,
    seq: 3,
    event: "REJECTED",
    state: "uncertain",
    at: Date.UTC(2026, 10, 29, 12),
    attempt: 2,
    gateway: fixture.gateway,
    error: { code: "unresolved", status: "5.2.2" },
  };
  for (let times = 0; times < 2; times++) await takeReports(db, silentLog, { reports: [refused] });
  expect(await factsOf(db, id)).toHaveLength(1);
  const [row] = await db.execute(sql`SELECT "seq", "state" FROM "email" WHERE "id" = ${id}`);
  expect(row as unknown).toEqual({ seq: 3, state: "uncertain" });
});

function refusal(id: string, status: "5.1.1" | "5.2.2", gateway: string): Report {
  const error = { code: "rejected", status };
  const about = { id, run: 1, seq: 3, attempt: 1, at: Date.now(), gateway };
  return { ...about, event: "REJECTED", state: "failed", error };
}

test("whoever tells of several gateways' refusals counts soft bounces before suppressing anybody, so that two calls only wait for each other", async () => {
  const { db } = fixture.context;
  const toBoth = async (): Promise<[string, string]> => {
    const campaign = await fixture.draft("Autumn sale");
    const { sending } = await launchedWith(fixture, campaign, "sending", { sending: 2 });
    return sending as [string, string];
  };
  // As they are, without another try: a deadlock would be one's end.
  const call = (...reports: Report[]) =>
    db.transaction((tx) => takeRefusals(tx, silentLog, reports));
  const [[gone, full], [goneToo, fullToo]] = [await toBoth(), await toBoth()];
  const [one, other] = [newId(), newId()];
  const [row] = await db.execute<{ address: string }>(
    sql`SELECT "address" FROM "email" WHERE "id" = ${gone}`,
  );
  await suppress(db, [row?.address ?? ""], { reason: "manual", origin: "A test" });
  const calls: Promise<void>[] = [];
  await db.transaction(async (tx) => {
    await tx.execute(
      sql`SELECT FROM "suppression" WHERE "canonical_email" = ${row?.address} FOR UPDATE`,
    );
    calls.push(call(refusal(gone, "5.1.1", one), refusal(full, "5.2.2", other)));
    await lockWait(db);
    calls.push(call(refusal(fullToo, "5.2.2", one), refusal(goneToo, "5.1.1", one)));
    await lockWait(db, 2);
  });
  expect(await Promise.allSettled(calls)).toMatchObject([
    { status: "fulfilled" },
    { status: "fulfilled" },
  ]);
});
