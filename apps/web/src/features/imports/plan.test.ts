import { expect, test } from "bun:test";
import { type Answer, signedInClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { postedForms } from "../../testing/posted-forms.ts";
import { created } from "../segments/fixtures/segments.ts";
import { uploaded } from "./fixtures/imports.ts";
import { readImport } from "./imports.ts";

test("another separator changes nothing but the columns in a form without scripts, and they start as they were shown", async () => {
  await using context = await testContext();
  const editor = await signedInClient(context, "editor");
  const { id } = await uploaded(context, "email,Vorname,City\nanna@example.com,Anna,Ghent\n");
  const { id: segment_id } = await created(context.db, "Fair");
  const path = `/imports/${id}`;
  const typed = { on_duplicate: "skip", segment_id, segment_name: "Other" };
  const shown = formOn(await editor.get(path), path);
  const other = await editor.post(`${path}/read`, {
    ...shown,
    ...typed,
    separator: "|",
    header: "no",
  });
  expect([other.status, other.find("#columns tbody tr").length]).toEqual([200, 1]);
  expect(chosenOn(other, "separator")).toEqual(["|"]);
  expect(chosenOn(other, "header")).toEqual(["no"]);
  expect(other.find("input[name=on_duplicate][checked]")[0]?.attributes["value"]).toBe("skip");
  expect(chosenOn(other, "segment_id")).toEqual([segment_id]);
  expect(other.find("input[name=segment_name]")[0]?.attributes["value"]).toBe("Other");
  expect(other.find(".field-error")).toEqual([]);
  const back = await editor.post(`${path}/read`, {
    ...formOn(other, path),
    separator: ",",
    header: "yes",
  });
  expect(chosenOn(back, "target")).toEqual(["email", "first_name", "attribute"]);
  // What was chosen and not read so has no columns yet that anybody has seen.
  const begun = await editor.post(`${path}/start`, {
    ...shown,
    on_duplicate: "skip",
    separator: "|",
  });
  expect(begun.headers.get("location")).toBe(path);
  expect(await readImport(context.db, id)).toMatchObject({ state: "running", separator: "," });
  const late = await editor.post(`${path}/read`, shown);
  expect([late.status, late.headers.get("location")]).toEqual([303, path]);
});

/** What the form that starts an import would post, untouched. */
function formOn(page: Answer, path: string): Record<string, string[]> {
  const form = postedForms(page.text, path).find(({ action }) => action === `${path}/start`);
  const fields: Record<string, string[]> = {};
  for (const [name, value] of form?.fields ?? []) (fields[name] ??= []).push(value);
  return fields;
}

function chosenOn(page: Answer, name: string): (string | undefined)[] {
  return page
    .find(`select[name=${name}] option[selected]`)
    .map(({ attributes }) => attributes["value"]);
}
