import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Cursor } from "../../db/keyset.ts";
import type { Database } from "../../db/open.ts";
import { decodeCursor } from "../../http/paging.ts";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { signedInClient } from "../../testing/client.ts";
import { readCampaign } from "../campaigns/campaigns.ts";
import { changeContact } from "../contacts/contacts.ts";
import { listEmails } from "./emails.ts";

/** A campaign to eight, which says that it is large and so is searched by way of the contacts; or does not. */
async function sentCampaign({ large }: { large: boolean }) {
  const fixture = await campaignFixture(8);
  const { db } = fixture.context;
  await db.execute(sql`
    UPDATE "contact" SET "email" = 'Anna@Bücher.example', "canonical_email" = 'anna@xn--bcher-kva.example' WHERE "first_name" = 'P8'
  `);
  const id = await fixture.draft();
  await launchedWith(fixture, id, "finished", { sent: 8 });
  await db.execute(sql`
    UPDATE "email" SET "canonical_address" = 'anna@xn--bcher-kva.example' WHERE "address" = 'Anna@Bücher.example'
  `);
  if (large) {
    await db.execute(sql`ALTER TABLE "campaign" DISABLE TRIGGER "campaign_adds_up"`);
    await db.execute(sql`UPDATE "campaign" SET "sent" = 30000 WHERE "id" = ${id}`);
  }
  return { fixture, db, id, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() };
}

/** Gives the contact of a canonical address another one. */
async function move(db: Database, from: string, to: string): Promise<void> {
  const [contact] = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "contact" WHERE "canonical_email" = ${from}`,
  );
  expect(await changeContact(db, contact?.id ?? "", { email: to })).toMatchObject({
    kind: "changed",
  });
}

/** The addresses that a search finds, leafed through two by two. */
async function search(
  { context: { db } }: CampaignFixture,
  id: string,
  address: string,
  { backwards = false } = {},
): Promise<string[]> {
  const seen: string[] = [];
  let place: Cursor | undefined = backwards
    ? { key: "\u{10ffff}", id: "ffffffff-ffff-7fff-bfff-ffffffffffff" }
    : undefined;
  for (;;) {
    const page = await listEmails(
      db,
      (await readCampaign(db, id))!,
      { address },
      { limit: 2, ...(place && (backwards ? { before: place } : { after: place })) },
    );
    const found = page.items.map((email) => email.address);
    if (backwards) seen.unshift(...found);
    else seen.push(...found);
    place = decodeCursor(backwards ? page.previous : page.next, "text");
    if (place === undefined) return seen;
  }
}

test.each([true, false])(
  "an email is found by the address that it went to, once, whatever its contact has by now (in a large campaign: %p)",
  async (large) => {
    await using given = await sentCampaign({ large });
    const { db, fixture, id } = given;
    await move(db, "p1@example.com", "ann@new.example");
    // The same beginning before and after, and one who has come back.
    await move(db, "p2@example.com", "p2@another.example");
    await move(db, "p3@example.com", "p3@away.example");
    await move(db, "p3@away.example", "p3@example.com");
    const all = Array.from({ length: 7 }, (_, index) => `p${index + 1}@example.com`);
    expect(await search(fixture, id, "p")).toEqual(all);
    expect(await search(fixture, id, "p", { backwards: true })).toEqual(all);
    expect(await search(fixture, id, "P1@example.com")).toEqual(["p1@example.com"]);
    expect(await search(fixture, id, "ann@")).toEqual([]);
    const viewer = await signedInClient(fixture.context, "viewer");
    const page = await viewer.get(`/campaigns/${id}/recipients?q=ann@new.example`);
    const [email] = await db.execute<{ id: string }>(
      sql`SELECT "id" FROM "email" WHERE "address" = 'p1@example.com'`,
    );
    expect(page.textOf(".empty-text")).toBe(
      "An email to whoever has this address, or had it before, is in the campaign, but not in what is listed here.",
    );
    expect(page.find(`a[href="/emails/${email?.id}"]`)).toHaveLength(1);
  },
);

test("an address in another script is found as it is written, in a large campaign too", async () => {
  await using given = await sentCampaign({ large: true });
  const { db, fixture, id } = given;
  for (const typed of [" anna@bücher.example", "ANNA@BÜCHER.ex", "anna@xn--bcher", "anna@"])
    expect([typed, await search(fixture, id, typed)]).toEqual([typed, ["Anna@Bücher.example"]]);
  await move(db, "anna@xn--bcher-kva.example", "anna@example.com");
  expect(await search(fixture, id, "anna@bücher.example")).toEqual(["Anna@Bücher.example"]);
});

test("an email whose address is not known to have been its contact's is found under the one that the contact has", async () => {
  await using given = await sentCampaign({ large: true });
  const { db, fixture, id } = given;
  await move(db, "p1@example.com", "ann@new.example");
  await db.execute(sql`DELETE FROM "former_address"`);
  expect(await search(fixture, id, "ann@new")).toEqual(["p1@example.com"]);
});

test("whoever had an address before is asked for, too, when nothing is listed by it, and nothing is denied that is not known", async () => {
  await using given = await sentCampaign({ large: false });
  const { db, fixture, id } = given;
  const viewer = await signedInClient(fixture.context, "viewer");
  const said = async (query: string) =>
    (await viewer.get(`/campaigns/${id}/recipients?${query}`)).textOf(".empty-text");
  await move(db, "p1@example.com", "ann@new.example");
  expect(await said("state=failed&q=p1@example.com")).toContain("is in the campaign, but not");
  await db.execute(sql`DELETE FROM "email" WHERE "address" = 'p1@example.com'`);
  expect(await said("q=p1@example.com")).toContain("in none of the campaign's segments");
  expect(await said("q=nobody")).toBe(
    "No email was found by how an address begins. Search for the whole address to read why there is none.",
  );
  expect(await said("q=nobody@example.com")).toBe(
    "No contact has this address, or had it before. A contact that was deleted is not found by its address any more.",
  );
});
