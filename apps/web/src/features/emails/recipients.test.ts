import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { EMAIL_STATES, type EmailState } from "@mailwright/email_machine";
import { newId } from "@mailwright/platform";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { signedInClient, type TestClient } from "../../testing/client.ts";
import { rowsRead } from "../../testing/rows-read.ts";
import { readCampaign } from "../campaigns/campaigns.ts";
import type { Cursor } from "../../db/keyset.ts";
import { decodeCursor } from "../../http/paging.ts";
import { type EmailFilter, isSearch, listEmails } from "./emails.ts";
import { noteFacts } from "./facts.ts";

const COUNTS = { sent: 40, failed: 30, skipped: 10, uncertain: 8, queued: 12 };

async function mixedCampaign(fixture: CampaignFixture) {
  const id = await fixture.draft();
  const emails = await launchedWith(fixture, id, "sending", COUNTS, {
    failed: { error_code: "rejected", error_detail: "422 No such mailbox" },
    skipped: { error_code: "suppressed", error_detail: "unsubscribed" },
    uncertain: { error_code: "unresolved" },
  });
  return { id, emails };
}

/** Every email of a list, page by page; `between` happens after each page. */
async function walk(
  { context: { db } }: CampaignFixture,
  id: string,
  filter: EmailFilter,
  { limit = 7, backwards = false, between = async () => {} } = {},
): Promise<string[]> {
  const seen: string[] = [];
  const kind = isSearch(filter.address) ? "text" : "id";
  let place: Cursor | undefined = backwards
    ? { key: "\u{10ffff}", id: "ffffffff-ffff-7fff-bfff-ffffffffffff" }
    : undefined;
  if (backwards && kind === "id") place = { key: "", id: "ffffffff-ffff-7fff-bfff-ffffffffffff" };
  for (;;) {
    const campaign = await readCampaign(db, id);
    if (campaign === undefined) throw new Error("the campaign is gone");
    const page = await listEmails(db, campaign, filter, {
      limit,
      ...(place && (backwards ? { before: place } : { after: place })),
    });
    const ids = page.items.map((email) => email.id);
    if (backwards) seen.unshift(...ids);
    else seen.push(...ids);
    place = decodeCursor(backwards ? page.previous : page.next, kind);
    if (place === undefined) return seen;
    await between();
  }
}

test("a campaign's emails are listed in the order of the audience, whole, whatever their states, forwards and backwards", async () => {
  await using fixture = await campaignFixture(100);
  const { id, emails } = await mixedCampaign(fixture);
  const all = Object.values(emails).flat().toSorted();
  expect(await walk(fixture, id, {})).toEqual(all);
  expect(await walk(fixture, id, {}, { backwards: true })).toEqual(all);
  for (const state of EMAIL_STATES) {
    expect(await walk(fixture, id, { state })).toEqual(emails[state].toSorted());
    expect(await walk(fixture, id, { state }, { backwards: true })).toEqual(
      emails[state].toSorted(),
    );
  }
});

test("emails that went wrong are listed by their reason", async () => {
  await using fixture = await campaignFixture(100);
  const { id, emails } = await mixedCampaign(fixture);
  expect(await walk(fixture, id, { reason: "rejected" })).toEqual(emails.failed.toSorted());
  expect(await walk(fixture, id, { reason: "rejected", state: "failed" })).toEqual(
    emails.failed.toSorted(),
  );
  expect(await walk(fixture, id, { reason: "rejected", state: "sent" })).toEqual([]);
  expect(await walk(fixture, id, { reason: "expired" })).toEqual([]);
});

test("emails are found by the beginning of their address, in its order, in a small campaign and in a large one alike", async () => {
  await using fixture = await campaignFixture(100);
  const { db } = fixture.context;
  const { id } = await mixedCampaign(fixture);
  const expected = async (prefix: string, state?: EmailState) => {
    const rows = await db.execute<{ id: string }>(sql`
      SELECT "id" FROM "email" WHERE "campaign_id" = ${id} AND starts_with("address", ${prefix})
        ${state ? sql`AND "state" = ${state}::"email_state"` : sql``} ORDER BY "address" COLLATE "C"
    `);
    return rows.map((row) => row.id);
  };
  const small = await walk(fixture, id, { address: "P1" });
  expect(small).toEqual(await expected("p1"));
  expect(await walk(fixture, id, { address: "p" }, { backwards: true })).toEqual(
    await expected("p"),
  );
  for (const state of ["sent", "failed"] as const)
    expect(await walk(fixture, id, { address: " p1", state })).toEqual(await expected("p1", state));
  expect(await walk(fixture, id, { address: "p", reason: "rejected" })).toEqual(
    await expected("p", "failed"),
  );
  for (const sign of ["%", "_", "p%", "\\", "'", "\u{10ffff}"])
    expect(await walk(fixture, id, { address: sign })).toEqual([]);
  // A campaign that says it is large is searched by way of the contacts; the rows are the same.
  await db.execute(sql`ALTER TABLE "campaign" DISABLE TRIGGER "campaign_adds_up"`);
  await db.execute(sql`UPDATE "campaign" SET "sent" = 30000 WHERE "id" = ${id}`);
  expect(await walk(fixture, id, { address: "p1" })).toEqual(small);
  expect(await walk(fixture, id, { address: "p" }, { backwards: true })).toEqual(
    await expected("p"),
  );
  expect(await walk(fixture, id, { address: "p", state: "sent" })).toEqual(
    await expected("p", "sent"),
  );
});

test("however emails move while a list is read, each is listed once, and none that stays in the filter is missed", async () => {
  await using fixture = await campaignFixture(100);
  const { db } = fixture.context;
  const { id } = await mixedCampaign(fixture);
  const all = (await walk(fixture, id, {})).toSorted();
  const state = fc.constantFrom(...EMAIL_STATES);
  const moves = fc.array(fc.tuple(fc.nat(99), state), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(moves, { maxLength: 6 }),
      fc.option(state, { nil: undefined }),
      fc.integer({ min: 3, max: 40 }),
      async (rounds, filter, limit) => {
        const before = await statesOf(fixture, id);
        const touched = new Set<string>();
        let round = 0;
        const seen = await walk(
          fixture,
          id,
          { state: filter },
          {
            limit,
            async between() {
              for (const [index, to] of rounds[round++] ?? []) {
                const email = all[index] as string;
                touched.add(email);
                await db.execute(
                  sql`UPDATE "email" SET "state" = ${to}::"email_state" WHERE "id" = ${email}`,
                );
              }
            },
          },
        );
        expect(new Set(seen).size).toBe(seen.length);
        const stayed = all.filter(
          (email) => !touched.has(email) && (filter === undefined || before.get(email) === filter),
        );
        expect(
          filter === undefined
            ? seen.toSorted()
            : seen.filter((email) => !touched.has(email)).toSorted(),
        ).toEqual(filter === undefined ? all : stayed);
      },
    ),
    { numRuns: 25 },
  );
});

async function statesOf({ context: { db } }: CampaignFixture, id: string) {
  const rows = await db.execute<{ id: string; state: EmailState }>(
    sql`SELECT "id", "state" FROM "email" WHERE "campaign_id" = ${id}`,
  );
  return new Map(rows.map((row) => [row.id, row.state]));
}

/** The recipients on a page of the browser, by address. */
async function addresses(client: TestClient, path: string) {
  const page = await client.get(path);
  return { page, found: page.find("td[data-primary] a").map(({ text }) => text) };
}

test("original, pagination of campaigns and related objects: every recipient is reached by the links of the page", async () => {
  await using fixture = await campaignFixture(130);
  const viewer = await signedInClient(fixture.context, "viewer");
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { sent: 120, failed: 10 });
  const seen: string[] = [];
  let path: string | undefined = `/campaigns/${id}/recipients`;
  while (path !== undefined) {
    const { page, found } = await addresses(viewer, path);
    seen.push(...found);
    expect(page.textOf(".pager-summary")).toBe("130 recipients");
    path = page.find("a[rel=next]")[0]?.attributes["href"];
  }
  expect([seen.length, new Set(seen).size]).toEqual([130, 130]);
});

test("the page of recipients filters by state with counts, says why in words, and leads to email and contact", async () => {
  await using fixture = await campaignFixture(100);
  const { context } = fixture;
  const { id, emails } = await mixedCampaign(fixture);
  const editor = await signedInClient(context, "editor");
  const { page, found } = await addresses(editor, `/campaigns/${id}/recipients?state=failed`);
  expect(page.find("a.segment").map(({ text }) => text)).toEqual([
    "All100",
    "Sent40",
    "Queued12",
    "Uncertain8",
    "Failed30",
    "Skipped10",
  ]);
  expect(found).toHaveLength(30);
  expect(page.find("td[data-primary] a")[0]?.attributes["href"]).toBe(
    `/emails/${emails.failed.toSorted()[0]}`,
  );
  expect(page.textOf("td[data-label=Why]")).toBe("Rejected by the gateway 422 No such mailbox");
  expect(page.find("td[data-label=Contact] a")).toHaveLength(30);
  const skipped = await editor.get(`/campaigns/${id}/recipients?state=skipped`);
  expect(skipped.textOf("td[data-label=Why]")).toBe("Unsubscribed");
});

test("whoever is not among the recipients is told why, by address", async () => {
  await using fixture = await campaignFixture(3);
  const { context } = fixture;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { sent: 2 });
  const viewer = await signedInClient(context, "viewer");
  const said = async (query: string) =>
    (await viewer.get(`/campaigns/${id}/recipients?${query}`)).textOf(".empty-text");
  const [outside] = await context.db.execute<{ email: string }>(sql`
    SELECT "email" FROM "contact" WHERE NOT EXISTS (SELECT FROM "email" WHERE "contact_id" = "contact"."id")
  `);
  expect(await said(`q=${outside?.email}`)).toContain("in none of the campaign's segments");
  const [inside] = await context.db.execute<{ address: string }>(
    sql`SELECT "address" FROM "email"`,
  );
  expect(await said(`q=${inside?.address}&state=failed`)).toContain(
    "but not in what is listed here",
  );
});

test("emails are listed by what became known of them, each once and in the order of the audience, forwards and backwards, and exported so", async () => {
  await using fixture = await campaignFixture(60);
  const { db } = fixture.context;
  const id = await fixture.draft("Bounces");
  const { sent } = await launchedWith(fixture, id, "finished", { sent: 60 });
  const order = sent.toSorted();
  const bounced = order.filter((_, index) => index % 3 === 0);
  await noteFacts(
    db,
    bounced.toReversed().flatMap((email_id) =>
      ["1", "2"].map((dedupe_key) => ({
        email_id,
        kind: "bounced" as const,
        at: new Date(),
        source: "seed",
        dedupe_key,
        detail: { class: "hard", text: "550 5.1.1 No such mailbox" },
      })),
    ),
  );
  const filter = { fact: "bounced" } as const;
  expect(await walk(fixture, id, filter)).toEqual(bounced);
  expect(await walk(fixture, id, filter, { backwards: true })).toEqual(bounced);
  expect(await walk(fixture, id, { fact: "complained" })).toEqual([]);
  const viewer = await signedInClient(fixture.context, "viewer");
  const overview = await viewer.get(`/campaigns/${id}`);
  const [link] = overview.find(`a[href="/campaigns/${id}/recipients?fact=bounced"]`);
  expect(link?.text).toStartWith("20");
  const list = await viewer.get(link?.attributes["href"] ?? "");
  expect([list.status, list.textOf("#recipients strong")]).toEqual([
    200,
    "Only recipients whose email bounced.",
  ]);
  const whys = list.find('#recipients td[data-label="Why"]').map(({ text }) => text);
  expect(whys).toEqual(Array(20).fill("Bounced hard: 550 5.1.1 No such mailbox"));
  const file = await viewer.get(`/campaigns/${id}/recipients/export?fact=bounced`);
  expect(file.text.trimEnd().split("\r\n")).toHaveLength(21);
});

test("a page of a campaign reads no emails of the campaigns before it, also where most emails are its own", async () => {
  await using fixture = await campaignFixture(1);
  const { db } = fixture.context;
  const id = await fixture.draft();
  // So many that the index of campaigns and states is one level deeper than that of the ids, which looks cheaper then.
  await db.execute(sql`
    INSERT INTO "email" ("campaign_id", "contact_id", "address", "state", "error_code")
    SELECT CASE WHEN n <= 5000 THEN ${newId()}::uuid ELSE ${id}::uuid END, uuidv7(), 'p@example.com',
      (CASE n % 100 WHEN 0 THEN 'failed' ELSE 'sent' END)::"email_state", CASE n % 100 WHEN 0 THEN 'rejected' END
    FROM generate_series(1, 75000) AS n
  `);
  await db.execute(sql`ANALYZE "email"`);
  const campaign = (await readCampaign(db, id))!;
  const readFor = (filter: EmailFilter) =>
    rowsRead(db, "email", (tx) => listEmails(tx, campaign, filter, { limit: 50 }));
  // One more than the page holds, of each state that there is.
  expect(await readFor({ state: "sent" })).toBe(51);
  expect(await readFor({ reason: "rejected" })).toBe(51);
  expect(await readFor({})).toBe(102);
});
