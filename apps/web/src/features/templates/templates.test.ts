import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { testContext } from "../../testing/context.ts";
import { addContact, campaignWith, certain, created, HELLO } from "./fixtures/templates.ts";
import { checkSource, renderFor } from "./rendering.ts";
import {
  campaignsUsing,
  createTemplate,
  deleteTemplate,
  deletionOf,
  duplicateTemplate,
  listTemplates,
  listVersions,
  readTemplate,
  readVersion,
  restoreVersion,
  saveTemplate,
} from "./templates.ts";

test("each change of the source is a version, another name alone is none, and none is ever lost", async () => {
  await using context = await testContext();
  const { db } = context;
  const { id } = await created(db);
  expect(await saveTemplate(db, id, { name: "Renamed" }, "Anna")).toEqual({
    kind: "saved",
    version: 1,
  });
  expect(await saveTemplate(db, id, { body: "<p>Second</p>" }, "Anna")).toEqual({
    kind: "saved",
    version: 2,
  });
  expect(await saveTemplate(db, id, { body: "<p>Second</p>" }, "Anna")).toEqual({
    kind: "saved",
    version: 2,
  });
  expect(await restoreVersion(db, id, 1, "Bob")).toEqual({ kind: "saved", version: 3 });
  expect(await certain(db, id)).toMatchObject({
    name: "Renamed",
    version: 3,
    body: HELLO.body,
    saved_by: "Bob",
  });
  const { items } = await listVersions(db, id, { limit: 10 });
  expect(items.map(({ version, created_by }) => [version, created_by])).toEqual([
    [3, "Bob"],
    [2, "Anna"],
    [1, "Test"],
  ]);
  expect((await readVersion(db, id, 2))?.body).toBe("<p>Second</p>");
  expect(await restoreVersion(db, id, 9, "Bob")).toEqual({ kind: "unknown" });
});

test("of many who save at once from one version, one makes the next and the others are told by whom", async () => {
  await using context = await testContext();
  const { db } = context;
  const { id, revision, version } = await created(db);
  const outcomes = await Promise.all(
    ["Anna", "Bob", "Carla", "Dmitri"].map((who) =>
      saveTemplate(db, id, { body: `<p>${who}</p>` }, who, { revision, version }),
    ),
  );
  const won = outcomes.filter(({ kind }) => kind === "saved");
  const told = outcomes.filter((outcome) => outcome.kind === "changed meanwhile");
  const now = await certain(db, id);
  expect([won.length, told.length, now.version]).toEqual([1, 3, 2]);
  for (const { base, versions } of told) {
    expect(base?.body).toBe(HELLO.body);
    expect(versions.map(({ created_by, body }) => [created_by, body])).toEqual([
      [now.saved_by, now.body],
    ]);
  }
});

test("another name since is a change too", async () => {
  await using context = await testContext();
  const { db } = context;
  const { id, revision, version } = await created(db);
  await saveTemplate(db, id, { name: "Theirs" }, "Anna");
  const outcome = await saveTemplate(db, id, { name: "Mine" }, "Bob", { revision, version });
  expect(outcome).toMatchObject({
    kind: "changed meanwhile",
    template: { name: "Theirs" },
    versions: [],
  });
});

test("what cannot be compiled is refused with the line of every fault, and nothing is stored", async () => {
  await using context = await testContext();
  const { db } = context;
  const broken = { ...HELLO, subject: "{{ x | upcas }}", body: "<p>\n{% if x %}</p>" };
  const problems = [
    {
      severity: "error",
      part: "subject",
      line: 1,
      message: "There is no filter “upcas”. Did you mean “upcase”?",
    },
    {
      severity: "error",
      part: "body",
      line: 2,
      message: "“{% if x %}” has no “{% endif %}”. Write that where the block is to end.",
    },
  ];
  expect(await createTemplate(db, broken, "Anna")).toEqual({
    kind: "refused",
    problems: problems as never,
  });
  const { id } = await created(db);
  expect(await saveTemplate(db, id, broken, "Anna")).toMatchObject({ kind: "refused", problems });
  expect((await certain(db, id)).version).toBe(1);
});

test("unknown variables are named with what they may have meant, and saved", async () => {
  await using context = await testContext();
  const { db } = context;
  await addContact(db);
  const { id } = await created(db, { body: "<p>{{ contact.citty }}\n{{ conact.city }}</p>" });
  expect(await checkSource(db, await certain(db, id))).toEqual([
    {
      severity: "error",
      part: "body",
      line: 2,
      message: "There is no “conact”. Did you mean “contact”?",
    },
    {
      severity: "warning",
      part: "body",
      line: 1,
      message:
        "No contact has the attribute “citty”, so nothing is shown there. Did you mean “city”?",
    },
  ]);
});

describe("weaknesses of the original", () => {
  test("templates reach into objects, apply format specs and fail at lone braces: here text is text", async () => {
    await using context = await testContext();
    const { db } = context;
    const id = await addContact(db, { first_name: "Bob" });
    const body = [
      "{name.__class__} {name!r} {name:>30} { } {",
      "} }} {color: red} {0}",
      "{{ contact.__class__ }}{{ contact.constructor.name }}{{ contact['__proto__'] }}",
      "{{ contact.first_name.constructor }}{{ sender.__proto__.polluted }}.",
    ].join("\n");
    const template = await created(db, { kind: "text", body });
    const rendering = await renderFor(db, template.name, template, id);
    expect(rendering?.email?.text).toBe(
      "{name.__class__} {name!r} {name:>30} { } {\n} }} {color: red} {0}\n\n.\n\n\nUnsubscribe: /u/example\n",
    );
    expect(await createTemplate(db, { ...HELLO, body: "{{}}" }, "Anna")).toMatchObject({
      kind: "refused",
      problems: [{ part: "body", line: 1 }],
    });
    const problems = rendering?.problems.map(({ message }) => message) ?? [];
    expect(problems).toContain(
      "No contact has the attribute “__class__”, so nothing is shown there.",
    );
  });

  test("templates are listed without pages and in no order: here both are given", async () => {
    await using context = await testContext();
    const { db } = context;
    const names = ["b", "A", "c'; --", "%", "🎉", "<b>"];
    for (const name of names) await created(db, { name });
    for (const by of ["name", "newest", "changed"] as const) {
      for (const direction of ["ascending", "descending"] as const) {
        const order = { by, direction };
        const all = await listTemplates(db, "", order, { limit: 50 });
        const walked: string[] = [];
        let page = (await listTemplates(db, "", order, { limit: 2 })).templates;
        walked.push(...page.items.map(({ id }) => id));
        while (page.next !== undefined) {
          const [key, id] = JSON.parse(Buffer.from(page.next, "base64url").toString()) as string[];
          const after = { key: key ?? "", id: id ?? "" };
          page = (await listTemplates(db, "", order, { limit: 2, after })).templates;
          walked.push(...page.items.map((each) => each.id));
        }
        expect([all.total, walked]).toEqual([6, all.templates.items.map(({ id }) => id)]);
      }
    }
    const order = { by: "name", direction: "ascending" } as const;
    const found = await listTemplates(db, "%", order, { limit: 9 });
    expect(found.templates.items.map(({ name }) => name)).toEqual(["%"]);
    expect((await listTemplates(db, "HI {{", order, { limit: 9 })).total).toBe(6);
  });
});

test("a copy is a template of its own", async () => {
  await using context = await testContext();
  const { db } = context;
  const original = await created(db, { name: "x".repeat(200) });
  const id = await duplicateTemplate(db, original.id, "Anna");
  const copy = await certain(db, id ?? "");
  expect(copy).toMatchObject({ version: 1, body: HELLO.body, saved_by: "Anna" });
  expect([copy.name.length, copy.name.endsWith("x (copy)")]).toEqual([200, true]);
  await saveTemplate(db, copy.id, { body: "<p>other</p>" }, "Anna");
  expect((await certain(db, original.id)).body).toBe(HELLO.body);
  expect(await duplicateTemplate(db, newId(), "Anna")).toBeUndefined();
});

test("deleting says which drafts lose it; campaigns that were launched stay as they are", async () => {
  await using context = await testContext();
  const { db } = context;
  const { id } = await created(db);
  await campaignWith(db, id, "Spring", "draft");
  const sent = await campaignWith(db, id, "Winter", "finished");
  expect(await deletionOf(db, id)).toMatchObject({ drafts: [{ name: "Spring" }], launched: 1 });
  const using = await campaignsUsing(db, id, { limit: 1 });
  expect([using.items.map(({ id: each }) => each), using.next !== undefined]).toEqual([
    [sent],
    true,
  ]);
  expect(await deleteTemplate(db, id)).toBe(true);
  expect([await deleteTemplate(db, id), await readTemplate(db, id)]).toEqual([false, undefined]);
  expect((await campaignsUsing(db, id, { limit: 9 })).items).toEqual([]);
});
