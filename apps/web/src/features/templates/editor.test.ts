import { describe, expect, test } from "bun:test";
import { HTMX, signedInClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { addContact, certain, created, HELLO } from "./fixtures/templates.ts";
import { saveTemplate } from "./templates.ts";

const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`;
const ALERT = /<script>alert|<img src=x/;

function valueOf(
  answer: { find(s: string): { attributes: Record<string, string> }[] },
  name: string,
) {
  return answer.find(`input[name=${name}]`)[0]?.attributes["value"];
}

test("a template is begun from a starter, saved, edited, copied and deleted by plain forms", async () => {
  await using context = await testContext();
  const client = await signedInClient(context, "editor");
  expect((await client.get("/templates/new")).find(".starter h2")).toHaveLength(3);
  const begun = await client.get("/templates/new?start=markdown");
  expect(valueOf(begun, "name")).toBe("Newsletter");
  expect(begun.find("select[name=kind] option[selected]")[0]?.text).toBe("Markdown");
  expect((await client.get("/templates/new?start=blank")).textOf("textarea")).toBe("");

  const made = await client.post("/templates", { ...HELLO, body: "<p>a</p>\r\n<p>b</p>" });
  const path = made.headers.get("location") ?? "";
  const id = path.split("/")[2] ?? "";
  expect([made.status, (await certain(context.db, id)).body]).toEqual([303, "<p>a</p>\n<p>b</p>"]);

  const edit = await client.get(`${path}/edit`);
  const seen = {
    revision: valueOf(edit, "revision") ?? "",
    version: valueOf(edit, "version") ?? "",
  };
  const saved = await client.post(path, { ...HELLO, body: "<p>c</p>", ...seen });
  expect([saved.status, (await certain(context.db, id)).version]).toEqual([303, 2]);
  expect((await client.get(path)).textOf(".toast-text")).toBe("Version 2 was saved.");

  const copied = await client.post(`${path}/duplicate`);
  expect(copied.headers.get("location")).toMatch(/^\/templates\/[0-9a-f-]{36}\/edit$/);
  expect((await client.post(`${path}/delete`)).headers.get("location")).toBe("/templates");
  expect((await client.get(path)).status).toBe(404);
});

test("what cannot be compiled comes back with status 422, at its field, with its line and what was typed", async () => {
  await using context = await testContext();
  const client = await signedInClient(context);
  const broken = { ...HELLO, subject: "{{ a", body: "<p>\n{% endif %}</p>" };
  const refused = await client.post("/templates", broken);
  expect([refused.status, refused.find(".field-error").map(({ text }) => text)]).toEqual([
    422,
    [
      "“{{ a” has no end. Close it with “}}”, and each quotation mark in it with another.",
      "Line 2: “endif” has no tag before it that it could belong to.",
    ],
  ]);
  expect([valueOf(refused, "subject"), refused.textOf("textarea")]).toEqual([
    "{{ a",
    "<p> {% endif %}</p>",
  ]);
  expect(refused.find(".problems li")).toHaveLength(2);
  const blank = await client.post("/templates", { name: " ", kind: "x", subject: "", body: "\n" });
  expect([blank.status, blank.find(".field-error").map(({ text }) => text)]).toEqual([
    422,
    [
      "Give it a name, on one line.",
      "Choose what it is written in.",
      "Write a subject, on one line: an email needs one.",
      "Write the email.",
    ],
  ]);
});

describe("while it is written", () => {
  test("problems are told at their line, with what stands there, and nothing is stored", async () => {
    await using context = await testContext();
    const client = await signedInClient(context);
    await addContact(context.db);
    const body = "<p>one</p>\n<p>{{ contact.citty }}</p>";
    const checked = await client.post("/templates/check", { ...HELLO, body }, HTMX);
    expect(
      checked.find(".problems .muted, .problems p, .problem-line").map(({ text }) => text),
    ).toEqual([
      "Body, line 2",
      "No contact has the attribute “citty”, so nothing is shown there. Did you mean “city”?",
      "<p>{{ contact.citty }}</p>",
    ]);
    const fine = await client.post("/templates/check", { ...HELLO, body: "<p>x</p>" }, HTMX);
    expect(fine.textOf("p")).toBe("Nothing is wrong with it.");
    const drafted = await client.post("/templates/draft", { ...HELLO, body });
    expect([drafted.status, drafted.find(".problems li").length]).toEqual([200, 1]);
    expect((await client.get("/templates")).textOf(".empty-title")).toBe("No templates yet");
  });

  test("what was typed is shown in a frame, filled in for the sample", async () => {
    await using context = await testContext();
    const client = await signedInClient(context);
    const shown = await client.post("/templates/preview", { ...HELLO });
    expect(shown.status).toBe(200);
    expect(shown.text).toStartWith("<p>Hello Anna from </p>\n<div ");
    const broken = await client.post("/templates/preview", { ...HELLO, body: "{% if" });
    expect(broken.text).toContain("It cannot be shown.");
    const page = await client.get("/templates/new?start=html");
    expect(page.find("iframe")[0]?.attributes).toMatchObject({
      name: "editor-preview",
      sandbox: "",
      src: "/templates/starters/html",
    });
  });

  test("every variable that can be named is offered", async () => {
    await using context = await testContext();
    const client = await signedInClient(context);
    await addContact(context.db);
    const offered = (await client.get("/templates/new?start=blank")).find(".variables code");
    expect(offered.map(({ text }) => text)).toContain("{{ contact.city }}");
    expect(offered.map(({ text }) => text)).toContain("{{ sender.name }}");
  });
});

test("an out-of-date save is a 409 that keeps what was typed and shows who saved what in between", async () => {
  await using context = await testContext();
  const client = await signedInClient(context);
  const { id, revision } = await created(context.db, { body: "<p>one</p>\n<p>two</p>" });
  await saveTemplate(context.db, id, { body: `<p>one</p>\n${HOSTILE}` }, "Bob");
  const typed = { ...HELLO, body: "<p>mine</p>", revision, version: "1" };
  const second = await client.post(`/templates/${id}`, typed);
  expect(second.status).toBe(409);
  expect(second.textOf(".callout-title")).toBe("Somebody else saved this template while you did");
  expect(second.textOf(".callout li")).toStartWith("Version 2 by Bob, ");
  expect(second.find("del").map(({ text }) => text)).toEqual(["− <p>two</p>"]);
  expect(second.find("ins").map(({ text }) => text)).toEqual([`+ ${HOSTILE}`]);
  expect(second.text).not.toMatch(ALERT);
  expect(second.textOf("textarea")).toBe("<p>mine</p>");
  expect((await certain(context.db, id)).version).toBe(2);
  const again = {
    ...typed,
    revision: valueOf(second, "revision") ?? "",
    version: valueOf(second, "version") ?? "",
  };
  expect((await client.post(`/templates/${id}`, again)).status).toBe(303);
  expect(await certain(context.db, id)).toMatchObject({ version: 3, body: "<p>mine</p>" });
});
