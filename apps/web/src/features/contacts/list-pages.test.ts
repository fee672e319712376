import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { campaignFixture } from "../../testing/campaigns.ts";
import { type Answer, signedInClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { created, manySegments, withContacts } from "../segments/fixtures/segments.ts";
import { addToSegment } from "../segments/segments.ts";
import { suppress } from "../suppressions/suppressions.ts";
import { addressesOn, idsOf, linkOf, valuesOf } from "./fixtures/pages.ts";

describe("the list", () => {
  test("is in the order its address says, and every heading leads to the other one", async () => {
    await using context = await withNames();
    const client = await signedInClient(context);
    const orders = {
      "": ["c@example.com", "b@sub.example.org", "a@example.com"],
      "?sort=name": ["b@sub.example.org", "a@example.com", "c@example.com"],
      "?sort=name&direction=descending": ["c@example.com", "a@example.com", "b@sub.example.org"],
      "?sort=address": ["a@example.com", "b@sub.example.org", "c@example.com"],
      "?sort=added&direction=ascending": ["a@example.com", "b@sub.example.org", "c@example.com"],
    };
    for (const [query, expected] of Object.entries(orders))
      expect([query, addressesOn(await client.get(`/contacts${query}`))]).toEqual([
        query,
        expected,
      ]);
    const byName = await client.get("/contacts?sort=name&q=c");
    expect(byName.find("th .table-sort").map(({ attributes }) => attributes["href"])).toEqual([
      "/contacts?q=c&sort=address&direction=ascending",
      "/contacts?q=c&sort=name&direction=descending",
      "/contacts?q=c&sort=added&direction=ascending",
    ]);
    expect(byName.find("th[aria-sort]").map(({ text }) => text)).toEqual(["Name"]);
  });

  test("shows whom a search, a segment and a standing leave, and says how many they are", async () => {
    await using context = await withNames();
    const client = await signedInClient(context);
    const { id: segment } = await created(context.db, "Some");
    const [a = "", b = ""] = await idsOf(context);
    await addToSegment(context.db, segment, [a, b]);
    await suppress(context.db, ["b@sub.example.org"], { reason: "bounced", origin: "test" });
    const found = {
      "q=dahl": ["c@example.com"],
      "q=ANN": ["a@example.com"],
      "q=%40sub": ["b@sub.example.org"],
      "q=c%40example.com": ["c@example.com"],
      "standing=suppressed": ["b@sub.example.org"],
      "standing=mailable": ["c@example.com", "a@example.com"],
      [`segment=${segment}`]: ["b@sub.example.org", "a@example.com"],
      [`segment=${segment}&standing=mailable`]: ["a@example.com"],
      [`segment=${newId()}`]: [],
    };
    for (const [query, expected] of Object.entries(found))
      expect([query, addressesOn(await client.get(`/contacts?${query}`))]).toEqual([
        query,
        expected,
      ]);
    const searched = await client.get("/contacts?q=dahl");
    expect(searched.textOf(".pager-summary")).toBe("1 contact");
    expect(searched.textOf(".page-header-lead")).toBe("3 contacts");
    const nobody = await client.get("/contacts?q=zzz");
    expect([nobody.textOf(".empty-title"), valuesOf(nobody, "q")]).toEqual([
      "Nobody was found",
      ["zzz"],
    ]);
    const suppressed = await client.get("/contacts?standing=suppressed");
    expect(suppressed.textOf("#contacts .badge")).toBe("Bounced");
  });

  test("has a hundred segments to choose from, says that there are more, and shows a chosen one beyond them", async () => {
    const { context } = await withContacts(1);
    await using _ = context;
    const client = await signedInClient(context, "viewer");
    const { id: last } = await created(context.db, "Z");
    const filterOn = async (path: string) => {
      const page = await client.get(path);
      const options = page.find("select[name=segment] option");
      return {
        segments: options.filter(({ attributes }) => !("disabled" in attributes)).length - 1,
        said: options.find(({ attributes }) => "disabled" in attributes)?.text,
        chosen: page.textOf("select[name=segment] option[selected]"),
      };
    };
    await manySegments(context.db, 99);
    const all = { segments: 100, chosen: "Every segment" };
    expect(await filterOn("/contacts")).toEqual({ ...all, said: undefined });
    await created(context.db, "One more");
    const said = "There are more: find them under Segments.";
    expect(await filterOn("/contacts")).toEqual({ ...all, said });
    expect(await filterOn(`/contacts?segment=${last}`)).toEqual({
      segments: 101,
      said,
      chosen: "Z",
    });
  });

  test("goes on for fifty at a time, forth and back, in the order that was asked for", async () => {
    const { context } = await withContacts(60);
    await using _ = context;
    const client = await signedInClient(context);
    const first = await client.get("/contacts?sort=address&direction=descending");
    expect(addressesOn(first)).toHaveLength(50);
    const second = await client.get(linkOf(first, "next"));
    expect(addressesOn(second)).toHaveLength(10);
    expect(second.find("a[rel=next]")).toEqual([]);
    const all = [...addressesOn(first), ...addressesOn(second)];
    expect(all).toEqual([...new Set(all)].toSorted().toReversed());
    expect(addressesOn(await client.get(linkOf(second, "prev")))).toEqual(addressesOn(first));
  });
});

test("the export is a file of those that the list shows, which a spreadsheet opens", async () => {
  await using context = await withNames();
  const client = await signedInClient(context, "viewer");
  await suppress(context.db, ["b@sub.example.org"], { reason: "manual", origin: "test" });
  const list = await client.get("/contacts?standing=mailable");
  const [link] = list.find("a[download]");
  expect(link?.text).toBe("Export these");
  const file = await client.get(link?.attributes["href"] ?? "");
  const day = new Date().toISOString().slice(0, 10);
  expect([
    file.status,
    file.headers.get("content-type"),
    file.headers.get("content-disposition"),
    file.headers.get("cache-control"),
  ]).toEqual([
    200,
    "text/csv; charset=utf-8",
    `attachment; filename="contacts-${day}.csv"`,
    "private, no-store",
  ]);
  expect(file.text.split("\r\n")).toEqual([
    "email,name,first_name,last_name",
    "a@example.com,anna Berg,,",
    "c@example.com,,Carl,Dahl",
    "",
  ]);
  const all = await client.get("/contacts/export");
  expect(all.text).toContain("b@sub.example.org,'=cmd(),,\r\n");
});

test("the emails of a contact come twenty at a time, the newest first, with their states summed up over all", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  await mailed(context, 25);
  const client = await signedInClient(context, "viewer");
  const [id = ""] = await idsOf(context);
  const first = await client.get(`/contacts/${id}`);
  const campaigns = Array.from({ length: 25 }, (_, index) => `Letter ${25 - index}`);
  expect(campaignsOn(first)).toEqual(campaigns.slice(0, 20));
  expect(first.textOf("#history .legend")).toContain("25");
  const older = await client.get(linkOf(first, "next"));
  expect(campaignsOn(older)).toEqual(campaigns.slice(20));
  expect(older.textOf("#history .legend")).toContain("25");
  expect(campaignsOn(await client.get(linkOf(older, "prev")))).toEqual(campaigns.slice(0, 20));
});

/** Three contacts whose orders by name, by address and by age differ. */
async function withNames() {
  const context = await testContext();
  await context.db.execute(sql`
    INSERT INTO "contact" ("id", "email", "canonical_email", "name", "first_name", "last_name") VALUES
      (${newId()}, 'a@example.com', 'a@example.com', 'anna Berg', '', ''),
      (${newId()}, 'b@sub.example.org', 'b@sub.example.org', '=cmd()', '', ''),
      (${newId()}, 'c@example.com', 'c@example.com', '', 'Carl', 'Dahl')
  `);
  return context;
}

/** The only contact was mailed by so many campaigns, one after the other. */
async function mailed({ db }: Context, campaigns: number): Promise<void> {
  for (let n = 1; n <= campaigns; n++) {
    const campaign = newId();
    await db.execute(sql`
      INSERT INTO "campaign" ("id", "name", "state", "segment_names", "created_by")
      VALUES (${campaign}, ${`Letter ${n}`}, 'finished', '{}', 'test')
    `);
    await db.execute(sql`
      INSERT INTO "email" ("id", "campaign_id", "contact_id", "address", "state")
      SELECT ${newId()}, ${campaign}, "id", "email", 'sent' FROM "contact"
    `);
  }
}

function campaignsOn(page: Answer): string[] {
  return page.find("#history tbody [data-primary]").map(({ text }) => text);
}
