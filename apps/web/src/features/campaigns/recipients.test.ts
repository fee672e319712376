import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { apiClient, signedInClient } from "../../testing/client.ts";

test("each reason that is counted leads to as many emails, also those of which no reason was given", async () => {
  await using fixture = await campaignFixture(7);
  const { context } = fixture;
  const id = await fixture.draft();
  const { failed } = await launchedWith(fixture, id, "finished", {
    sent: 1,
    failed: 5,
    skipped: 1,
  });
  await context.db.execute(sql`
    UPDATE "email" SET "error_code" = 'rejected' WHERE "id" = ANY(${sql.param(failed.slice(0, 2))}::uuid[])
  `);
  const viewer = await signedInClient(context, "viewer");
  const overview = await viewer.get(`/campaigns/${id}`);
  const links = overview.find("#reasons tbody a").map(({ attributes }) => attributes["href"] ?? "");
  expect(overview.find("#reasons tbody tr").map(({ text }) => text)).toEqual([
    "No reason was givenFailed342.9%",
    "Rejected by the gatewayFailed228.6%",
    "No reason was givenSkipped114.3%",
  ]);
  const listed = await Promise.all(
    links.map(async (link) => {
      const page = await viewer.get(link);
      return [page.find("td[data-primary] a").length, page.textOf("#recipients strong")];
    }),
  );
  expect(listed).toEqual([
    [3, "No reason was given"],
    [2, "Rejected by the gateway"],
    [1, "No reason was given"],
  ]);
  // All that failed is more than what is listed by its reason, or by what became known of it.
  const editor = await signedInClient(context, "editor");
  const offered = await Promise.all(
    ["state=failed", "state=failed&reason=none", "fact=bounced"].map(async (query) =>
      (await editor.get(`/campaigns/${id}/recipients?${query}`)).text.includes("5 failed again"),
    ),
  );
  expect(offered).toEqual([true, false, false]);
  const searched = await viewer.get(`${links[0]}&q=p`);
  expect(searched.find("td[data-primary] a")).toHaveLength(3);
  const { call } = await apiClient(context, "viewer");
  const answer = await call("GET", `/api/v1/campaigns/${id}/emails?reason=none&state=failed`);
  expect(answer.json<{ items: { id: string }[] }>().items.map((email) => email.id)).toEqual(
    failed.slice(2).toSorted(),
  );
});

test("where nobody is listed, what is said of it holds of what was asked for", async () => {
  await using fixture = await campaignFixture(4);
  const viewer = await signedInClient(fixture.context, "viewer");
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { sent: 1, failed: 3 });
  const said = async (campaign: string, query = "") =>
    (await viewer.get(`/campaigns/${campaign}/recipients?${query}`)).textOf(".empty-text");
  expect(await said(id, "state=failed&reason=expired")).toBe(
    "No email of this campaign is failed for this reason now.",
  );
  expect(await said(id, "reason=expired")).toBe(
    "No email of this campaign is listed for this reason now.",
  );
  expect(await said(id, "state=queued")).toBe("No email of this campaign is queued now.");
  const other = await fixture.draft("Another");
  expect(await said(other)).toBe("The campaign has no recipients.");
  await fixture.context.db.execute(
    sql`UPDATE "campaign" SET "state" = 'launching', "launched_at" = now() WHERE "id" = ${other}`,
  );
  expect(await said(other)).toBe("The audience is still being frozen.");
});
