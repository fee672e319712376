import { makeDraft } from "./draft.ts";
import { expect, test } from "./fixtures.ts";

test("how many a rule finds is told after each change of it, by a field or by a button", async ({
  owner: page,
  place: { installation, address },
}) => {
  await makeDraft(installation, "Counted by rule", 3);
  await page.goto(`${address}/segments/new?kind=dynamic`);
  const count = page.locator("#rule-count");
  await expect(count).toHaveText("Fill in the conditions to see how many contacts they find.");
  await page.getByLabel("Value").fill("counted-by-rule-");
  await expect(count).toHaveText("Finds 3 contacts");
  await page.getByRole("button", { name: "Add group" }).click();
  await expect(count).toHaveText("Fill in the conditions to see how many contacts they find.");
  await page.getByLabel("Value").last().fill("counted-by-rule-2");
  await expect(count).toHaveText("Finds 1 contact");
  await page.getByRole("button", { name: "Remove the group" }).click();
  await expect(count).toHaveText("Finds 3 contacts");
  await page.getByRole("combobox", { name: "Comparison" }).selectOption("does not contain");
  await expect(count).not.toHaveText("Finds 3 contacts");
});

test("a rule to which a condition was added is not left without a question", async ({
  owner: page,
  place: { address },
}) => {
  await page.goto(`${address}/segments/new?kind=dynamic`);
  await page.getByRole("button", { name: "Add group" }).click();
  await expect(page.getByRole("button", { name: "Remove the group" })).toBeVisible();
  const asked = page.waitForEvent("dialog").then(async (dialog) => {
    await dialog.accept();
    return dialog.type();
  });
  await page.getByRole("link", { name: "Cancel" }).click();
  expect(await asked).toBe("beforeunload");
  await expect(page.getByRole("heading", { level: 1, name: "Segments" })).toBeVisible();
});
