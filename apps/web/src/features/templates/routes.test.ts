import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { signedInClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { addContact, campaignWith, created, HELLO } from "./fixtures/templates.ts";
import { saveTemplate } from "./templates.ts";

const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`;
const ALERT = /<script>alert|<img src=x/;

test("the confirmation names the drafts that lose it, and says that what was sent stays", async () => {
  await using context = await testContext();
  const client = await signedInClient(context);
  const { id } = await created(context.db);
  await campaignWith(context.db, id, HOSTILE, "draft");
  await campaignWith(context.db, id, "Sent", "finished");
  const asked = await client.get(`/templates/${id}/delete`);
  expect(asked.find("#confirm li").map(({ text }) => text)).toEqual([
    "Its one version",
    `Its place in the draft “${HOSTILE}”, which has to choose another template`,
  ]);
  expect(asked.find("#confirm p").at(-1)?.text).toBe(
    "1 campaign that was launched with it keeps what they sent.",
  );
  expect((await client.get(`/templates/${id}/campaigns`)).find("tbody tr")).toHaveLength(2);
});

test("nothing that is stored or typed becomes markup, on any page", async () => {
  await using context = await testContext();
  const { db } = context;
  const client = await signedInClient(context);
  const contact = await addContact(db, { first_name: HOSTILE, city: HOSTILE });
  const template = await created(db, {
    name: HOSTILE,
    subject: `${HOSTILE} {{ contact.city }}`,
    body: `${HOSTILE} {{ contact.nope }}`,
  });
  await saveTemplate(db, template.id, { body: `${HOSTILE} more` }, HOSTILE);
  await campaignWith(db, template.id, HOSTILE, "draft");
  const path = `/templates/${template.id}`;
  const q = encodeURIComponent(HOSTILE);
  for (const page of [
    "/templates",
    `/templates?q=${q}&sort=${q}&after=${q}`,
    `/templates/new?start=${q}`,
    path,
    `${path}?contact=${contact}&q=${q}&width=${q}`,
    `${path}/text?contact=${contact}`,
    `${path}/source`,
    `${path}/versions`,
    `${path}/versions/1`,
    `${path}/campaigns`,
    `${path}/edit`,
    `${path}/delete`,
    `${path}/test?contact=${contact}`,
  ]) {
    const answer = await client.get(page);
    expect([page, answer.status]).toEqual([page, 200]);
    expect(answer.text).not.toMatch(ALERT);
  }
  const typed = {
    name: HOSTILE,
    kind: HOSTILE,
    subject: HOSTILE,
    body: `${HOSTILE} {{ contact.nope }} {% ${HOSTILE} %}`,
    revision: HOSTILE,
    version: HOSTILE,
    to: HOSTILE,
    contact_id: HOSTILE,
    gateway_id: HOSTILE,
  };
  for (const page of [
    "/templates",
    "/templates/draft",
    "/templates/check",
    path,
    `${path}/draft`,
    `${path}/test`,
  ]) {
    const answer = await client.post(page, typed);
    expect([page, [200, 409, 422].includes(answer.status)]).toEqual([page, true]);
    expect(answer.text).not.toMatch(ALERT);
  }
});

test("who may only look sees no way to change anything, and is refused when they try", async () => {
  await using context = await testContext();
  const viewer = await signedInClient(context, "viewer");
  const { id } = await created(context.db);
  const shown = await viewer.get(`/templates/${id}`);
  expect([shown.status, shown.find(".page-header .button")]).toEqual([200, []]);
  for (const page of ["", "/draft", "/duplicate", "/delete", "/versions/1/restore"])
    expect((await viewer.post(`/templates/${id}${page}`, { ...HELLO })).status).toBe(403);
  for (const page of ["/templates", "/templates/check", "/templates/preview"])
    expect((await viewer.post(page, { ...HELLO })).status).toBe(403);
});

test("unknown templates are 404, whatever is asked of them", async () => {
  await using context = await testContext();
  const client = await signedInClient(context);
  for (const id of [newId(), "7", "%27"]) {
    const parts = [
      "",
      "/text",
      "/source",
      "/versions",
      "/campaigns",
      "/edit",
      "/delete",
      "/test",
      "/frame",
    ];
    for (const part of parts)
      expect((await client.get(`/templates/${id}${part}`)).status).toBe(404);
    for (const part of ["", "/delete", "/duplicate", "/draft", "/versions/1/restore"])
      expect((await client.post(`/templates/${id}${part}`, { ...HELLO })).status).toBe(404);
  }
});
