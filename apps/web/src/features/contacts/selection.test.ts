import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { signedInClient, type TestClient } from "../../testing/client.ts";
import { created, manySegments, withContacts } from "../segments/fixtures/segments.ts";
import { readSegment } from "../segments/segments.ts";
import { suppress } from "../suppressions/suppressions.ts";
import { addressesOn, idsOf } from "./fixtures/pages.ts";

describe("to delete", () => {
  test("the confirmation names what goes, what stays and what may still arrive", async () => {
    await using fixture = await campaignFixture(4);
    const { context } = fixture;
    const client = await signedInClient(context);
    const ids = await idsOf(context);
    const campaign = await fixture.draft();
    await launchedWith(fixture, campaign, "sending", { queued: 1, retrying: 1, sending: 1 });
    const [waiting, underWay, between, neither] = await Promise.all(
      ids.map((id) => client.get(`/contacts/${id}/delete`)),
    );
    expect(waiting?.textOf("h1")).toBe("Delete P1?");
    expect(waiting?.find("#confirm li").map(({ text }) => text)).toEqual([
      "Their name, address and attributes",
      "1 membership in segments",
      "The address in 1 email of campaigns",
      "1 email that waits to be sent: skipped",
    ]);
    expect(between?.text).toContain("1 email that waits to be sent: skipped");
    expect(underWay?.text).toContain(
      "1 email is with the gateway already and may still arrive. This cannot be undone.",
    );
    expect(neither?.text).toContain("They were in no campaign, so nothing else changes.");
    await suppress(context.db, ["p4@example.com"], { reason: "manual", origin: "test" });
    expect((await client.get(`/contacts/${ids[3]}/delete`)).text).toContain(
      "That the address must not be mailed stays too",
    );
  });

  test("several are selected in the list, named once more, and go together; the way back is the list as it was", async () => {
    const { context, contacts } = await withContacts(7);
    await using _ = context;
    const client = await signedInClient(context);
    const back = "/contacts?q=p&sort=address&direction=ascending";
    const chosen = await client.post("/contacts/selection", {
      contact_id: contacts.slice(0, 6),
      return_to: back,
    });
    expect(chosen.status).toBe(303);
    const at = chosen.headers.get("location") ?? "";
    const asked = await client.get(at);
    expect(asked.textOf("h1")).toBe("Delete 6 contacts?");
    expect(asked.find("#confirm li").map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /^(p\d@example\.com(, )?){5} and 1 more: names, addresses and attributes$/,
      ),
    ]);
    expect(asked.find(`#confirm a`).map(({ attributes }) => attributes["href"])).toContain(back);
    const gone = await client.post(at);
    expect([gone.status, gone.headers.get("location")]).toEqual([303, back]);
    const list = await client.get(back);
    expect([list.textOf(".toast-text"), addressesOn(list)]).toEqual([
      "6 contacts were deleted.",
      ["p7@example.com"],
    ]);
    expect((await client.get(at)).status).toBe(404);
  });

  test("nobody selected is said where one came from, and a way back to elsewhere is none", async () => {
    const { context, contacts } = await withContacts(1);
    await using _ = context;
    const client = await signedInClient(context);
    const none = await client.post("/contacts/selection", { return_to: "https://evil.example/" });
    expect(none.headers.get("location")).toBe("/contacts");
    expect((await client.get("/contacts")).textOf(".toast-text")).toBe(
      "Select at least one contact.",
    );
    const gone = await client.post(
      `/contacts/delete?contact_id=${contacts[0]}&return_to=//evil.example`,
    );
    expect(gone.headers.get("location")).toBe("/contacts");
  });
});

describe("segments", () => {
  test("a contact joins a segment and leaves it on their own page", async () => {
    const { context, contacts } = await withContacts(1);
    await using _ = context;
    const client = await signedInClient(context, "editor");
    const { id } = await created(context.db, "Regulars");
    const path = `/contacts/${contacts[0]}`;
    expect((await client.get(path)).find(".removable")).toEqual([]);
    const joined = await client.post(`${path}/segments`, { segment_id: id });
    expect([joined.status, joined.headers.get("location")]).toEqual([303, path]);
    const shown = await client.get(path);
    expect([shown.textOf(".toast-text"), shown.textOf(".removable a")]).toEqual([
      "Added to “Regulars”.",
      "Regulars",
    ]);
    // Nobody joins twice, so it is not offered.
    expect(shown.find("select[name=segment_id]")).toEqual([]);
    await client.post(`${path}/segments/${id}/remove`);
    const left = await client.get(path);
    expect([left.textOf(".toast-text"), left.find(".removable")]).toEqual([
      "Removed from “Regulars”.",
      [],
    ]);
    await client.post(`${path}/segments`, { segment_id: "" });
    expect((await client.get(path)).textOf(".toast-text")).toBe("Choose a segment first.");
    expect((await client.post(`${path}/segments`, { segment_id: newId() })).status).toBe(404);
    expect((await client.post(`${path}/segments/${newId()}/remove`)).status).toBe(404);
  });

  test("those who are selected join one and leave it together, and it is told who was in it already", async () => {
    const { context, contacts } = await withContacts(3);
    await using _ = context;
    const client = await signedInClient(context, "editor");
    const { id } = await created(context.db, "Regulars");
    const back = "/contacts?q=p&sort=added&direction=descending";
    const change = (call: string, chosen: string[]) => said(client, call, back, id, chosen);
    expect(await change("/contacts/memberships", contacts.slice(0, 2))).toBe(
      "2 contacts were added to “Regulars”.",
    );
    expect(await change("/contacts/memberships", contacts)).toBe(
      "1 contact was added to “Regulars”; 2 were in it already.",
    );
    expect((await readSegment(context.db, id))?.size).toBe(3);
    expect(await change("/contacts/memberships/remove", contacts.slice(1))).toBe(
      "2 contacts were removed from “Regulars”.",
    );
    expect((await readSegment(context.db, id))?.size).toBe(1);
    expect(await change("/contacts/memberships", [])).toBe("Select at least one contact.");
    expect(await said(client, "/contacts/memberships/remove", back, "", contacts)).toBe(
      "Choose a segment.",
    );
  });

  test("a thousand can be chosen from, and that there are more is said where they are", async () => {
    const { context, contacts } = await withContacts(1);
    await using _ = context;
    const client = await signedInClient(context, "editor");
    const choicesOn = async (path: string, region: string) => {
      const page = await client.get(path);
      const options = page.find(`${region} select[name=segment_id] option`).length - 1;
      return [options, page.text.includes("There are more segments than this list has")];
    };
    const choices = async () => [
      await choicesOn("/contacts", "#contact-selection"),
      await choicesOn(`/contacts/${contacts[0]}`, "main"),
    ];
    await manySegments(context.db, 1_000);
    expect(await choices()).toEqual([
      [1_000, false],
      [1_000, false],
    ]);
    await created(context.db, "One more");
    expect(await choices()).toEqual([
      [1_000, true],
      [1_000, true],
    ]);
  });

  test("who is in a segment by its rule is not changed by hand", async () => {
    const { context, contacts } = await withContacts(1);
    await using _ = context;
    const client = await signedInClient(context, "editor");
    const rule = { field: "first_name", is: "equals", value: "P1" };
    const { id } = await created(context.db, "By rule", rule);
    const chosen = { segment_id: id, contact_id: contacts };
    const path = `/contacts/${contacts[0]}/segments`;
    const answers = [
      await client.post("/contacts/memberships", chosen),
      await client.post("/contacts/memberships/remove", chosen),
      await client.post(path, chosen),
      await client.post(`${path}/${id}/remove`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 409, 409]);
    const shown = await client.get(`/contacts/${contacts[0]}`);
    expect([shown.textOf(".removable a"), shown.find(".removable form")]).toEqual([
      "By rule, by its rule",
      [],
    ]);
  });
});

/** What is said once those who were chosen have been changed, on the list that one came from. */
async function said(
  client: TestClient,
  call: string,
  back: string,
  segment: string,
  chosen: string[],
): Promise<string | undefined> {
  const fields = { segment_id: segment, contact_id: chosen, return_to: back };
  const answer = await client.post(call, fields);
  expect([answer.status, answer.headers.get("location")]).toEqual([303, back]);
  return (await client.get(back)).textOf(".toast-text");
}
