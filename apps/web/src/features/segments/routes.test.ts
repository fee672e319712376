import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { sql } from "drizzle-orm";
import { HTMX, signedInClient, visitor } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { campaignTo, created, manySegments, withContacts } from "./fixtures/segments.ts";
import { addToSegment, readSegment } from "./segments.ts";

const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{ 7 | times: 7 }}`;
const ALERT = /<script>alert|<img src=x/;

const rule = {
  "rule.match": "all",
  "rule.0.field": "first_name",
  "rule.0.is": "equals",
  "rule.0.value": "P1",
};

test("a segment is made, opened, renamed and deleted by plain forms", async () => {
  const { context, contacts } = await withContacts(2);
  await using _ = context;
  const client = await signedInClient(context, "editor");

  const made = await client.post("/segments", { name: "  Regulars " });
  expect(made.status).toBe(303);
  const [, id = ""] = /^\/segments\/([0-9a-f-]{36})\/add$/.exec(
    made.headers.get("location") ?? "",
  ) ?? [""];
  expect((await client.get(`/segments/${id}/add`)).textOf("h1")).toBe("Add contacts");

  const added = await client.post(`/segments/${id}/members/selected`, { contact_id: contacts });
  expect(added.headers.get("location")).toBe(`/segments/${id}`);
  const shown = await client.get(`/segments/${id}`);
  expect(shown.find("#members tbody tr")).toHaveLength(2);
  expect(shown.textOf(".toast-text")).toBe("2 contacts were added.");

  const edit = await client.get(`/segments/${id}/edit`);
  const seen = edit.find("input[name=seen]")[0]?.attributes["value"] ?? "";
  const saved = await client.post(`/segments/${id}`, { name: "Friends", seen });
  expect([saved.status, saved.headers.get("location")]).toEqual([303, `/segments/${id}`]);

  const [first = ""] = contacts;
  await client.post(`/segments/${id}/members/remove`, { contact_id: [first, "no id"] });
  expect((await readSegment(context.db, id))?.size).toBe(1);

  const asked = await client.get(`/segments/${id}/delete`);
  expect(asked.textOf("h1")).toBe("Delete the segment “Friends”?");
  expect((await client.post(`/segments/${id}/delete`)).headers.get("location")).toBe("/segments");
  expect((await client.get(`/segments/${id}`)).status).toBe(404);
});

test("what is wrong stands at its field, status 422, and what was typed is kept", async () => {
  await using context = await testContext();
  const client = await signedInClient(context);
  await created(context.db, "Regulars");

  const taken = await client.post("/segments", { name: "regulars" });
  expect([taken.status, taken.textOf(".field-error")]).toEqual([
    422,
    "There is a segment called “regulars” already. Choose another name.",
  ]);
  expect(taken.find("input[name=name]")[0]?.attributes["value"]).toBe("regulars");

  const blank = await client.post("/segments?kind=dynamic", {
    name: "",
    ...rule,
    "rule.0.value": "",
    "rule.1.match": "any",
    "rule.1.0.field": "created_at",
    "rule.1.0.is": "contains",
    "rule.1.0.value": "x",
  });
  expect(blank.status).toBe(422);
  expect(blank.find(".field-error").map(({ text }) => text)).toEqual([
    "Give it a name, on one line.",
    "Fill in what to compare with. For “nothing is there”, choose “is not set”.",
    "Choose how to compare: it goes by the field.",
  ]);
  expect(blank.find('input[name="rule.0.value"]')[0]?.attributes["aria-invalid"]).toBe("true");
  expect(blank.find('select[name="rule.1.0.field"] option[selected]')[0]?.attributes["value"]).toBe(
    "created_at",
  );

  const nothing = await client.post("/segments?kind=dynamic", { name: "x", "rule.match": "any" });
  expect([nothing.status, nothing.textOf("#rule-error")]).toEqual([
    422,
    "Add at least one condition.",
  ]);
  for (const name of ["x".repeat(201), "a\nb"])
    expect((await client.post("/segments", { name })).status).toBe(422);
});

describe("a rule", () => {
  test("is written without a script: each button sends the form and gets it back, and nothing is stored", async () => {
    const { context } = await withContacts(3);
    await using _ = context;
    const client = await signedInClient(context);
    const grown = await client.post("/segments/draft", { name: "Mine", ...rule, do: "add-group" });
    expect(grown.status).toBe(200);
    expect(grown.find("input[name=name]")[0]?.attributes["value"]).toBe("Mine");
    expect(grown.find('input[name="rule.0.value"]')[0]?.attributes["value"]).toBe("P1");
    expect(grown.find('select[name="rule.1.match"] option[selected]')[0]?.text).toBe("any");
    const counted = await client.post("/segments/draft", { ...rule, do: "count" });
    expect(counted.textOf("#rule-count")).toBe("Finds 1 contact");
    expect((await client.get("/segments")).textOf(".empty-title")).toBe("No segments yet");
  });

  test("is counted while it is written, and says so when it has blanks", async () => {
    const { context } = await withContacts(3);
    await using _ = context;
    const client = await signedInClient(context);
    const counted = await client.post("/segments/count", rule, HTMX);
    expect([counted.status, counted.text]).toEqual([
      200,
      "<p>Finds <strong>1 contact</strong></p>",
    ]);
    const blank = await client.post("/segments/count", { ...rule, "rule.0.value": "" }, HTMX);
    expect(blank.textOf("p")).toBe("Fill in the conditions to see how many contacts they find.");
  });

  test("may ask for any of a thousand segments, says that there are more, and keeps a chosen one beyond them", async () => {
    await using context = await testContext();
    const client = await signedInClient(context);
    const { id: last } = await created(context.db, "Z");
    const asking = { ...rule, "rule.0.field": "segment", "rule.0.is": "in" };
    const fieldWith = async (value: string) => {
      const page = await client.post("/segments/draft", { ...asking, "rule.0.value": value });
      const options = page.find('select[name="rule.0.value"] option');
      return {
        segments: options.filter(({ attributes }) => !("disabled" in attributes)).length - 1,
        said: options.find(({ attributes }) => "disabled" in attributes)?.text,
        chosen: page.textOf('select[name="rule.0.value"] option[selected]'),
      };
    };
    await manySegments(context.db, 999);
    expect(await fieldWith("")).toEqual({ segments: 1_000, said: undefined, chosen: undefined });
    await created(context.db, "One more");
    const said = "There are more: the API takes any of them by its id.";
    expect(await fieldWith("")).toEqual({ segments: 1_000, said, chosen: undefined });
    expect(await fieldWith(last)).toEqual({ segments: 1_001, said, chosen: "Z" });
  });

  test("is stored, read in words, edited and obeyed", async () => {
    const { context } = await withContacts(3);
    await using _ = context;
    const client = await signedInClient(context);
    const made = await client.post("/segments?kind=dynamic", { name: "Only P1", ...rule });
    const path = made.headers.get("location") ?? "";
    const shown = await client.get(`${path}?count=now`);
    expect(shown.textOf(".rule-text li")).toBe("First name is “P1”");
    expect(shown.find("#members tbody tr")).toHaveLength(1);
    expect(shown.textOf(".page-header-lead")).toStartWith("1 contact as of now");
    expect((await client.get(`${path}/size`, HTMX)).textOf("span")).toBe("1");
    const words = await client.get(`${path}/size?in=words`, HTMX);
    expect(words.textOf("span")).toBe("1 contact as of now");
    const edit = await client.get(`${path}/edit`);
    const seen = edit.find("input[name=seen]")[0]?.attributes["value"] ?? "";
    const changes = { name: "Not P1", seen, ...rule, "rule.0.is": "not_equals" };
    expect((await client.post(path, changes)).status).toBe(303);
    expect((await client.get(path)).find("#members tbody tr")).toHaveLength(2);
    expect((await client.get(`${path}/add`)).status).toBe(409);
    expect((await client.post(`${path}/members/selected`, { contact_id: newId() })).status).toBe(
      409,
    );
  });
});

test("of two tabs that edit a segment the second gets 409 with what it typed, and may save then", async () => {
  await using context = await testContext();
  const client = await signedInClient(context);
  const { id, revision } = await created(context.db, "Before");
  await client.post(`/segments/${id}`, { name: "First", seen: revision });
  const second = await client.post(`/segments/${id}`, { name: "Second", seen: revision });
  expect(second.status).toBe(409);
  expect(second.textOf(".callout-title")).toStartWith("Somebody changed this segment while");
  expect(second.find("input[name=name]")[0]?.attributes["value"]).toBe("Second");
  expect((await readSegment(context.db, id))?.name).toBe("First");
  const seen = second.find("input[name=seen]")[0]?.attributes["value"] ?? "";
  expect((await client.post(`/segments/${id}`, { name: "Second", seen })).status).toBe(303);
});

test("the confirmation names the drafts that lose the segment; what stands in the way is said instead", async () => {
  await using context = await testContext();
  const client = await signedInClient(context);
  const { id } = await created(context.db, "Old");
  await campaignTo(context.db, id, HOSTILE, "draft");
  const asked = await client.get(`/segments/${id}/delete`);
  expect(asked.find("#confirm li").map(({ text }) => text)).toEqual([
    "The list of its 0 contacts",
    `Its place in the draft “${HOSTILE}”`,
  ]);
  await created(context.db, "Others", { field: "segment", is: "not_in", value: id });
  const refused = await client.get(`/segments/${id}/delete`);
  expect([refused.textOf("h1"), refused.find("#confirm form")]).toEqual([
    "“Old” cannot be deleted now",
    [],
  ]);
  expect((await client.post(`/segments/${id}/delete`)).status).toBe(409);
});

test("addresses are pasted: who is a contact is added, and the rest stands in the form still", async () => {
  const { context } = await withContacts(2);
  await using _ = context;
  const client = await signedInClient(context);
  const { id } = await created(context.db, "Pasted");
  const text = `P1@example.com\nnew@example.com, ${HOSTILE}`;
  const answer = await client.post(`/segments/${id}/members`, { addresses: text });
  expect([answer.status, answer.textOf(".callout-title")]).toEqual([200, "1 contact was added"]);
  expect(answer.text).not.toMatch(ALERT);
  expect(answer.textOf("textarea")).toStartWith("new@example.com");
  expect((await client.post(`/segments/${id}/members`, { addresses: " " })).status).toBe(422);
  const all = await client.post(`/segments/${id}/members`, { addresses: "p2@example.com" });
  expect(all.headers.get("location")).toBe(`/segments/${id}`);
});

test("nothing that is stored or typed becomes markup, on any page", async () => {
  await using context = await testContext();
  const { db } = context;
  const client = await signedInClient(context);
  await db.execute(sql`INSERT INTO "attribute_key" ("key") VALUES (${HOSTILE})`);
  await db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email", "name", "attributes")
    VALUES ('a"<b>@example.com', 'x@example.com', ${HOSTILE}, jsonb_build_object(${HOSTILE}::text, ${HOSTILE}::text))
  `);
  const [contact] = await db.execute<{ id: string }>(sql`SELECT "id" FROM "contact"`);
  const listed = await created(db, HOSTILE);
  await addToSegment(db, listed.id, [contact?.id ?? ""]);
  const ruled = await created(db, `${HOSTILE} too`, {
    all: [
      { field: `attributes.${HOSTILE}`, is: "equals", value: HOSTILE },
      { any: [{ field: "segment", is: "in", value: listed.id }] },
    ],
  });
  const q = encodeURIComponent(HOSTILE);
  const pages = [
    "/segments",
    `/segments?q=${q}&sort=${q}&after=${q}`,
    ...[listed, ruled].flatMap(({ id }) => [
      `/segments/${id}`,
      `/segments/${id}?q=${q}&count=now`,
      `/segments/${id}/edit`,
      `/segments/${id}/delete`,
      `/segments/${id}/size`,
    ]),
    `/segments/${listed.id}/add?q=${q}`,
    "/segments/new?kind=dynamic",
  ];
  for (const path of pages) {
    const answer = await client.get(path);
    expect([path, answer.status]).toEqual([path, 200]);
    expect(answer.text).not.toMatch(ALERT);
  }
  const typed = {
    name: HOSTILE,
    seen: HOSTILE,
    "rule.match": HOSTILE,
    "rule.0.field": HOSTILE,
    "rule.0.is": HOSTILE,
    "rule.0.value": HOSTILE,
    [`rule.${HOSTILE}`]: HOSTILE,
    do: HOSTILE,
  };
  for (const path of [
    "/segments",
    "/segments?kind=dynamic",
    "/segments/draft",
    `/segments/${ruled.id}`,
    `/segments/${ruled.id}/draft`,
    `/segments/${listed.id}/draft`,
  ]) {
    const answer = await client.post(path, typed);
    expect([path, [200, 409, 422].includes(answer.status)]).toEqual([path, true]);
    expect(answer.text).not.toMatch(ALERT);
  }
});

test("who may only look sees no way to change anything, and is refused when they try", async () => {
  const { context, contacts } = await withContacts(1);
  await using _ = context;
  const viewer = await signedInClient(context, "viewer");
  const { id } = await created(context.db, "Listed");
  await addToSegment(context.db, id, contacts);
  const shown = await viewer.get(`/segments/${id}`);
  expect([shown.find(".page-header .button"), shown.find("#members input")]).toEqual([[], []]);
  const calls = ["", "/members", "/members/selected", "/members/remove", "/delete", "/draft"];
  for (const call of calls)
    expect((await viewer.post(`/segments/${id}${call}`, { name: "x" })).status).toBe(403);
  expect((await visitor(context).get("/segments")).status).toBe(303);
});

test("unknown segments are 404, whatever is asked of them", async () => {
  await using context = await testContext();
  const client = await signedInClient(context);
  for (const id of [newId(), "7", "%27"]) {
    for (const path of ["", "/edit", "/delete", "/add", "/size"])
      expect((await client.get(`/segments/${id}${path}`)).status).toBe(404);
    for (const path of ["", "/delete", "/members/selected", "/draft"])
      expect((await client.post(`/segments/${id}${path}`, { name: "x" })).status).toBe(404);
  }
});
