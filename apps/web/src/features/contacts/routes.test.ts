import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { signedInClient, visitor } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { created, withContacts } from "../segments/fixtures/segments.ts";
import { addToSegment } from "../segments/segments.ts";
import { addContact, readContact } from "./contacts.ts";
import { idsOf, valuesOf } from "./fixtures/pages.ts";

const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{ 7 | times: 7 }}`;
const ALERT = /<script>alert|<img src=x/;
const UNNAMED = { name: "", first_name: "", last_name: "" };

test("a contact is added, opened, changed and deleted by plain forms", async () => {
  await using context = await testContext();
  const client = await signedInClient(context, "editor");
  const made = await client.post("/contacts", {
    email: "Anna@Example.com",
    name: "Anna Berg",
    key: ["city", "plan"],
    value: ["Ghent", "3"],
  });
  const path = made.headers.get("location") ?? "";
  expect([made.status, path]).toEqual([303, expect.stringMatching(/^\/contacts\/[0-9a-f-]{36}$/)]);
  const shown = await client.get(path);
  expect([shown.textOf("h1"), shown.textOf(".toast-text")]).toEqual([
    "Anna Berg",
    "The contact was added.",
  ]);
  const [revision = ""] = valuesOf(await client.get(`${path}/edit`), "revision");
  const changes = { email: "anna@example.com", revision };
  expect((await client.post(path, changes)).headers.get("location")).toBe(path);
  const [, id = ""] = path.split("/contacts/");
  expect(await readContact(context.db, id)).toMatchObject({ name: "", attributes: {} });
  expect((await client.post(`${path}/delete`)).headers.get("location")).toBe("/contacts");
  expect((await client.get(path)).status).toBe(404);
});

test("a value of several lines is shown on several, and keeps them when another field is changed", async () => {
  await using context = await testContext();
  const client = await signedInClient(context, "editor");
  const attributes = { address: "Main St 1\nSpringfield", city: "Ghent" };
  const email = "anna@example.com";
  const added = await addContact(context.db, { ...UNNAMED, email, attributes });
  if (added.kind !== "added") throw new Error(added.kind);
  const path = `/contacts/${added.contact.id}`;
  const opened = await client.get(`${path}/edit`);
  expect(opened.text).toContain(`>${attributes.address}</textarea>`);
  expect(valuesOf(opened, "value")).toEqual(["Ghent", "", ""]);
  const [revision = ""] = valuesOf(opened, "revision");
  // As a browser posts it.
  const value = ["Main St 1\r\nSpringfield", "Ghent"];
  const posted = { email, first_name: "Anna", key: ["address", "city"], value, revision };
  const more = await client.post(path, { ...posted, more: "on" });
  expect(more.text).toContain(`>${attributes.address}</textarea>`);
  expect((await client.post(path, posted)).headers.get("location")).toBe(path);
  expect(await readContact(context.db, added.contact.id)).toMatchObject({
    first_name: "Anna",
    attributes,
  });
});

test("what is wrong stands at its field, status 422, and what was typed is kept; a taken address leads to its contact", async () => {
  const { context, contacts } = await withContacts(1);
  await using _ = context;
  const client = await signedInClient(context);
  const wrong = { email: "anna@", name: "Anna", key: ["city", "city"], value: ["Ghent", "Bonn"] };
  const refused = await client.post("/contacts", wrong);
  expect(refused.status).toBe(422);
  expect(refused.find(".field-error")).toHaveLength(2);
  expect(valuesOf(refused, "name")).toEqual(["Anna"]);
  expect(valuesOf(refused, "value").slice(0, 2)).toEqual(["Ghent", "Bonn"]);
  const taken = await client.post("/contacts", { email: "P1@EXAMPLE.com", name: "Another" });
  expect([taken.status, taken.textOf(".field-error")]).toEqual([
    422,
    "This is the address of another contact.",
  ]);
  expect(taken.find(`a[href="/contacts/${contacts[0]}"]`).length).toBeGreaterThan(0);
  expect(valuesOf(taken, "email")).toEqual(["P1@EXAMPLE.com"]);
});

test("a contact is taken from mailing and let back in, and the page says which", async () => {
  const { context, contacts } = await withContacts(1);
  await using _ = context;
  const client = await signedInClient(context, "editor");
  const path = `/contacts/${contacts[0]}`;
  await client.post(`${path}/suppression`);
  const stopped = await client.get(path);
  expect([stopped.textOf(".toast-text"), stopped.textOf(".page-header .badge")]).toEqual([
    "p1@example.com is not mailed any more.",
    "Not mailed",
  ]);
  const [again] = stopped.find("a[href^='/suppressions/lift']");
  const asked = await client.get(again?.attributes["href"] ?? "");
  expect(asked.textOf("h1")).toBe("Mail p1@example.com again?");
  await client.post(asked.find(".confirm form")[0]?.attributes["action"] ?? "");
  const back = await client.get(path);
  expect([back.textOf(".toast-text"), back.textOf(".page-header .badge")]).toEqual([
    "p1@example.com can be mailed again.",
    "Can be mailed",
  ]);
});

test("of two tabs that edit a contact the second gets 409 with what it typed, and may save then", async () => {
  const { context, contacts } = await withContacts(1);
  await using _ = context;
  const client = await signedInClient(context);
  const path = `/contacts/${contacts[0]}`;
  const email = "p1@example.com";
  const [revision = ""] = valuesOf(await client.get(`${path}/edit`), "revision");
  await client.post(path, { email, name: "First", revision });
  const second = await client.post(path, { email, name: "Second", revision });
  expect([second.status, valuesOf(second, "name")]).toEqual([409, ["Second"]]);
  expect((await readContact(context.db, contacts[0] ?? ""))?.name).toBe("First");
  const [seen = ""] = valuesOf(second, "revision");
  expect((await client.post(path, { email, name: "Second", revision: seen })).status).toBe(303);
});

test("nothing that is stored or typed becomes markup, on any page", async () => {
  await using context = await testContext();
  await context.db.execute(sql`INSERT INTO "attribute_key" ("key") VALUES (${HOSTILE})`);
  await context.db.execute(sql`
    INSERT INTO "contact" ("email", "canonical_email", "name", "attributes")
    VALUES ('a"<b>@example.com', 'x@example.com', ${HOSTILE}, jsonb_build_object(${HOSTILE}::text, ${HOSTILE}::text))
  `);
  const client = await signedInClient(context);
  const [id = ""] = await idsOf(context);
  const { id: segment } = await created(context.db, HOSTILE);
  await addToSegment(context.db, segment, [id]);
  const q = encodeURIComponent(HOSTILE);
  for (const path of [
    "/contacts",
    `/contacts?q=${q}&sort=${q}&direction=${q}&segment=${q}&standing=${q}&after=${q}`,
    `/contacts/${id}`,
    `/contacts/${id}/edit`,
    `/contacts/${id}/delete`,
    `/contacts/delete?contact_id=${id}&return_to=${q}`,
  ]) {
    const answer = await client.get(path);
    expect([path, answer.status, ALERT.test(answer.text)]).toEqual([path, 200, false]);
  }
  const typed = { email: HOSTILE, name: HOSTILE, key: [HOSTILE], value: [HOSTILE] };
  for (const path of ["/contacts", `/contacts/${id}`]) {
    const answer = await client.post(path, { ...typed, revision: HOSTILE });
    expect([path, answer.status, ALERT.test(answer.text)]).toEqual([path, 422, false]);
  }
  await client.post("/contacts/memberships", { contact_id: id, segment_id: segment });
  expect((await client.get("/contacts")).text).not.toMatch(ALERT);
});

test("who may only look sees no way to change anything, and is refused when they try", async () => {
  const { context, contacts } = await withContacts(1);
  await using _ = context;
  const viewer = await signedInClient(context, "viewer");
  const { id: segment } = await created(context.db, "Regulars");
  await addToSegment(context.db, segment, contacts);
  const path = `/contacts/${contacts[0]}`;
  for (const page of [await viewer.get("/contacts"), await viewer.get(path)])
    expect(page.find("main form[method=post], main input[type=checkbox]")).toEqual([]);
  for (const call of ["", "/delete", "/suppression", "/segments", `/segments/${segment}/remove`])
    expect([call, (await viewer.post(`${path}${call}`)).status]).toEqual([call, 403]);
  for (const call of ["", "/selection", "/delete", "/memberships", "/memberships/remove"])
    expect([call, (await viewer.post(`/contacts${call}`)).status]).toEqual([call, 403]);
  expect((await visitor(context).get("/contacts/export")).status).toBe(303);
});
