import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { apiClient, signedInClient } from "../../testing/client.ts";

test("recipients are exported whole, in order, with their states, and no cell is a formula, by the page and by the API alike", async () => {
  await using fixture = await campaignFixture(30);
  const { db } = fixture.context;
  const id = await fixture.draft('=HYPERLINK("https://example.com")');
  const { failed } = await launchedWith(
    fixture,
    id,
    "finished",
    { sent: 20, failed: 10 },
    {
      failed: { error_code: "rejected", error_detail: "=1+1" },
    },
  );
  await db.execute(sql`UPDATE "contact" SET "name" = '@SUM(A1)'`);
  const viewer = await signedInClient(fixture.context, "viewer");
  const answer = await viewer.get(`/campaigns/${id}/recipients/export`);
  expect(answer.headers.get("content-disposition")).toMatch(
    /^attachment; filename="recipients-[A-Za-z0-9-]+\.csv"$/,
  );
  const lines = answer.text.trimEnd().split("\r\n");
  expect(lines).toHaveLength(31);
  expect(lines[0]).toBe(
    "address,name,state,reason,answer,attempts,run,changed_at,message_id,email_id,contact_id",
  );
  expect(lines.slice(1).filter((line) => /(^|,)[=@]/.test(line))).toEqual([]);
  for (const slip of ["state=bogus", "fact=x", `q=${"a".repeat(255)}`])
    expect((await viewer.get(`/campaigns/${id}/recipients/export?${slip}`)).status).toBe(400);
  const some = await viewer.get(`/campaigns/${id}/recipients/export?state=failed`);
  const rows = some.text.trimEnd().split("\r\n").slice(1);
  expect(rows.map((line) => line.split(",").at(-2))).toEqual(failed.toSorted());
  expect(rows[0]).toContain(",failed,Rejected by the gateway,'=1+1,1,1,");
  const program = await apiClient(fixture.context, "viewer");
  for (const [query, page] of Object.entries({ "": answer, "?state=failed": some })) {
    const file = await program.call("GET", `/api/v1/campaigns/${id}/emails/export${query}`);
    expect([file.status, file.text]).toEqual([200, page.text]);
    for (const name of ["content-type", "content-disposition", "cache-control"])
      expect(file.headers.get(name)).toBe(page.headers.get(name));
  }
  const slip = await program.call("GET", `/api/v1/campaigns/${id}/emails/export?state=lost`);
  expect(slip.status).toBe(400);
});

test("the file of a campaign in another alphabet is called like it", async () => {
  await using fixture = await campaignFixture(1);
  const id = await fixture.draft("Весна «2026»");
  const viewer = await signedInClient(fixture.context, "viewer");
  const answer = await viewer.get(`/campaigns/${id}/recipients/export`);
  expect(answer.headers.get("content-disposition")).toBe(
    `attachment; filename="recipients---2026-.csv"; filename*=UTF-8''${encodeURIComponent("recipients-Весна-2026-.csv")}`,
  );
});

test("an export has whom the page shows, in its order, when an address is sought, by the API too", async () => {
  await using fixture = await campaignFixture(2_100);
  const { db } = fixture.context;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { sent: 2_050, failed: 50 });
  const viewer = await signedInClient(fixture.context, "viewer");
  const program = await apiClient(fixture.context, "viewer");
  const exported = async (query: string) => {
    const page = await viewer.get(`/campaigns/${id}/recipients/export?q=${query}`);
    const file = await program.call(
      "GET",
      `/api/v1/campaigns/${id}/emails/export?address=${query}`,
    );
    expect(file.text).toBe(page.text);
    const rows = page.text.trimEnd().split("\r\n").slice(1);
    return rows.map((row) => row.split(",")[0]);
  };
  const everybody = Array.from({ length: 2_100 }, (_, n) => `p${n + 1}@example.com`).toSorted();
  const sought = everybody.filter((address) => address.startsWith("p209"));
  expect(await exported("P209")).toEqual(sought);
  expect(await exported("p209&state=failed")).toEqual(
    sought.filter((address) => address !== "p209@example.com"),
  );
  expect(await exported("nobody")).toEqual([]);
  expect(await exported("p")).toEqual(everybody);
  // A campaign that says it is large is searched by way of the contacts.
  await db.execute(sql`ALTER TABLE "campaign" DISABLE TRIGGER "campaign_adds_up"`);
  await db.execute(sql`UPDATE "campaign" SET "sent" = 30000 WHERE "id" = ${id}`);
  expect(await exported("p")).toEqual(everybody);
});
