import { afterAll, beforeAll, expect, test } from "bun:test";
import { findElements } from "../testing/find-elements.ts";
import { signedInClient } from "../testing/client.ts";
import { type PostedForm, postedForms } from "../testing/posted-forms.ts";
import { pagesWithForms, type Tried, tried } from "../testing/tried.ts";

let web: Tried;
beforeAll(async () => {
  web = await tried();
}, 60_000);
afterAll(() => web[Symbol.asyncDispose]());

/** What says which state of a thing the form was drawn from. */
const STATES = new Set(["revision", "seen", "version"]);

/** Each form with the statuses that it came back with: as it was left, after a change of somebody else's, with what cannot be taken. */
const BACK = [
  "200 Contact",
  "200 New contact",
  "200 Segment",
  "200 Template",
  "409 Campaign",
  "409 Contact",
  "409 Retries",
  "409 Segment",
  "409 Sender",
  "409 Template",
  "422 Addresses",
  "422 Campaign",
  "422 Contact",
  "422 Gateway",
  "422 New contact",
  "422 Retries",
  "422 Segment",
  "422 Sender",
  "422 Template",
];

test("a form that asks before it is left and comes back instead of being saved says that it holds what is not saved", async () => {
  const client = await signedInClient(web.context, "owner");
  const met: string[] = [];
  const wrong: unknown[] = [];
  for (const at of pagesWithForms(web)) {
    const page = (await client.get(at)).text;
    expect([at, guarded(page).filter(isMarked)]).toEqual([at, []]);
    for (const form of postedForms(page, at)) {
      if (!form.fields.some(([name]) => name === "_form")) continue;
      for (const typed of [fieldsOf(form), saved(form), blanked(form)]) {
        const answer = await client.post(form.action, typed);
        const back = guarded(answer.text);
        if (back.length === 0) continue;
        met.push(`${answer.status} ${typed["_form"]?.[0]}`);
        if (!back.every(isMarked)) wrong.push([form.action, answer.status]);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect([...new Set(met)].toSorted()).toEqual(BACK);
});

function guarded(html: string) {
  return findElements(html, "form[data-guard]").map(({ attributes }) => attributes);
}

function isMarked(attributes: Readonly<Record<string, string>>): boolean {
  return "data-unsaved" in attributes;
}

/** The form as it stands with every button pressed, but drawn before somebody else changed the thing. */
function fieldsOf({ fields }: PostedForm): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const [name, value] of fields)
    if (name !== "_csrf") (all[name] ??= []).push(STATES.has(name) ? "0" : value);
  return all;
}

/** With no button pressed but that which saves. */
function saved(form: PostedForm): Record<string, string[]> {
  const { more: _, ...fields } = fieldsOf(form);
  return fields;
}

function blanked(form: PostedForm): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(saved(form)).map(([name, values]) => [
      name,
      name === "_form" || name === "kind" ? values : values.map(() => ""),
    ]),
  );
}
