import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { HTMX, signedInClient } from "../../testing/client.ts";
import { readCampaign } from "./campaigns.ts";

test("a draft is made by the form, and its page says what it still needs", async () => {
  await using fixture = await campaignFixture(3);
  const { context, template, segment } = fixture;
  const editor = await signedInClient(context, "editor");
  const form = await editor.get("/campaigns/new");
  expect(form.find("input[name=segment_ids]").map(({ attributes }) => attributes["value"])).toEqual(
    [segment],
  );
  const made = await editor.post("/campaigns", {
    name: "Spring sale",
    template_id: template,
    segment_ids: [segment],
    gateway_id: "",
    when_uncertain: "resend",
  });
  expect(made.status).toBe(303);
  const page = await editor.get(made.headers.get("location") as string);
  expect(page.textOf("h1")).toBe("Spring sale");
  expect(page.textOf(".toast")).toContain("Nothing is sent before you launch it");
  expect(page.textOf(".card-lead")).toBe("It would go to 3 contacts as of now.");
  expect(page.find(".readiness li").map(({ attributes }) => attributes["data-tone"])).toEqual(
    Array.from({ length: 6 }, () => "success"),
  );
});

test("original, weakness 20: what was typed stands in the form that comes back, with the message at its field", async () => {
  await using fixture = await campaignFixture(1);
  const { context, segment, template } = fixture;
  const editor = await signedInClient(context, "editor");
  const answer = await editor.post("/campaigns", {
    name: "x".repeat(201),
    template_id: template,
    segment_ids: [segment],
    when_uncertain: "resend",
  });
  expect(answer.status).toBe(422);
  expect(answer.find("#field-name")[0]?.attributes["value"]).toBe("x".repeat(201));
  expect(answer.textOf("#field-name-error")).toContain(
    "Use at most 200 characters; these are 201.",
  );
  expect(answer.find("option[selected]")[0]?.attributes["value"]).toBe(template);
  expect(answer.find("input[name=segment_ids][checked]")).toHaveLength(1);
  expect(answer.find("input[value=resend][checked]")).toHaveLength(1);
  expect(await context.db.execute(sql`SELECT FROM "campaign"`)).toHaveLength(0);
});

test("original, weakness 21: a campaign without a name, a template or a segment is refused, each at its field", async () => {
  await using fixture = await campaignFixture(1);
  const editor = await signedInClient(fixture.context, "editor");
  const answer = await editor.post("/campaigns", {
    name: " \t ",
    template_id: "",
    when_uncertain: "hold",
  });
  expect(answer.status).toBe(422);
  expect(answer.find(".field-error").map(({ text }) => text)).toEqual([
    "Give it a name, on one line.",
    "Choose a template.",
    "Choose at least one segment.",
  ]);
});

test("original, weakness 19: every campaign is reached by the links of its list, once, while campaigns come and go", async () => {
  await using fixture = await campaignFixture(1);
  const { db } = fixture.context;
  const viewer = await signedInClient(fixture.context, "viewer");
  await db.execute(
    sql`INSERT INTO "campaign" ("name", "created_by") SELECT 'Campaign ' || n, 'Anna' FROM generate_series(1, 130) AS n`,
  );
  const before = await db.execute<{ id: string }>(sql`SELECT "id" FROM "campaign"`);
  for (const order of [
    "created&direction=descending",
    "name&direction=ascending",
    "audience&direction=ascending",
  ]) {
    const seen: string[] = [];
    let path: string | undefined = `/campaigns?sort=${order}`;
    while (path !== undefined) {
      const page = await viewer.get(path);
      seen.push(
        ...page.find("td[data-primary] a").map(({ attributes }) => attributes["href"] ?? ""),
      );
      path = page.find("a[rel=next]")[0]?.attributes["href"];
      await db.execute(
        sql`INSERT INTO "campaign" ("name", "created_by") VALUES ('New one', 'Anna')`,
      );
      await db.execute(sql`UPDATE "campaign" SET "updated_at" = now()`);
    }
    const known = new Set(before.map(({ id }) => `/campaigns/${id}`));
    const old = seen.filter((href) => known.has(href));
    expect([old.length, new Set(old).size, new Set(seen).size]).toEqual([130, 130, seen.length]);
  }
});

test("the list is searched by name, literally, and filtered by state", async () => {
  await using fixture = await campaignFixture(2);
  const { context } = fixture;
  const viewer = await signedInClient(context, "viewer");
  const [sale] = [await fixture.draft("100% Sale"), await fixture.draft("1000 Sales")];
  await launchedWith(fixture, sale, "finished", { sent: 2 });
  const names = async (query: string) =>
    (await viewer.get(`/campaigns?${query}`)).find("td[data-primary] a").map(({ text }) => text);
  expect(await names("q=SALE")).toEqual(["1000 Sales News", "100% Sale News"]);
  expect(await names("q=100%25")).toEqual(["100% Sale News"]);
  expect(await names("state=finished")).toEqual(["100% Sale News"]);
  expect((await viewer.get("/campaigns?q=nothing")).textOf(".empty-title")).toBe(
    "No campaign fits",
  );
  expect(await names("state=nonsense&sort=nonsense&after=nonsense")).toHaveLength(2);
});

test("a launched campaign is changed no more, and says why", async () => {
  await using fixture = await campaignFixture(1);
  const editor = await signedInClient(fixture.context, "editor");
  const id = await fixture.draft();
  await launchedWith(fixture, id, "sending", { queued: 1 });
  const answers = [
    await editor.get(`/campaigns/${id}/edit`),
    await editor.post(`/campaigns/${id}`, { name: "Another" }),
    await editor.post(`/campaigns/${id}/delete`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([409, 409, 409]);
  expect(answers[0]?.text).toContain("Only a draft can be changed.");
  expect((await readCampaign(fixture.context.db, id))?.name).toBe("Spring sale");
});

test("a draft that somebody else changed meanwhile comes back as it was typed, with 409", async () => {
  await using fixture = await campaignFixture(1);
  const { context, template, segment } = fixture;
  const [anna, bo] = [await signedInClient(context), await signedInClient(context)];
  const id = await fixture.draft();
  const fields = (page: Awaited<ReturnType<typeof anna.get>>, name: string) => ({
    revision: page.find("input[name=revision]")[0]?.attributes["value"] ?? "",
    name,
    template_id: template,
    segment_ids: [segment],
    when_uncertain: "hold",
  });
  const [forAnna, forBo] = [
    await anna.get(`/campaigns/${id}/edit`),
    await bo.get(`/campaigns/${id}/edit`),
  ];
  expect((await anna.post(`/campaigns/${id}`, fields(forAnna, "Anna's"))).status).toBe(303);
  const refused = await bo.post(`/campaigns/${id}`, fields(forBo, "Bo's"));
  expect([refused.status, refused.find("#field-name")[0]?.attributes["value"]]).toEqual([
    409,
    "Bo's",
  ]);
  expect((await bo.post(`/campaigns/${id}`, fields(refused, "Bo's"))).status).toBe(303);
  expect((await readCampaign(context.db, id))?.name).toBe("Bo's");
});

test("what goes with a campaign is said before it is deleted", async () => {
  await using fixture = await campaignFixture(3);
  const editor = await signedInClient(fixture.context, "editor");
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { sent: 2, failed: 1 });
  const confirm = await editor.get(`/campaigns/${id}/delete`);
  expect(confirm.textOf("#confirm li")).toBe(
    "3 emails of its ledger, with the whole history of each",
  );
  expect(confirm.text).toContain("whoever got it can no longer unsubscribe by the link in it");
  const draft = await editor.get(`/campaigns/${await fixture.draft("Draft")}/delete`);
  expect(draft.text).not.toContain("unsubscribe");
  expect((await editor.post(`/campaigns/${id}/delete`)).headers.get("location")).toBe("/campaigns");
  expect((await editor.get(`/campaigns/${id}`)).status).toBe(404);
});

test("the estimate follows what is chosen, and segments are found by name without losing the choice", async () => {
  await using fixture = await campaignFixture(4);
  const { context, segment } = fixture;
  const editor = await signedInClient(context, "editor");
  const estimate = await editor.get(`/campaigns/estimate?segment_ids=${segment}`, HTMX);
  expect(estimate.text).toContain("<strong>4</strong> contacts as of now");
  await context.db.execute(sql`INSERT INTO "segment" ("name") VALUES ('Berlin'), ('Paris')`);
  const found = await editor.get(`/campaigns/segments?segment=berl&segment_ids=${segment}`, HTMX);
  expect(found.find("label.check").map(({ text }) => text)).toEqual([
    "Everybody4 contacts",
    "Berlin0 contacts",
  ]);
  expect(found.find("input[checked]")[0]?.attributes["value"]).toBe(segment);
});
