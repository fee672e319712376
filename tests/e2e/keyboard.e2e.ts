import { makeDraft } from "./draft.ts";
import { expect, type Page, test } from "./fixtures.ts";

test("the skip link leads past the navigation", async ({ owner: page, place: { address } }) => {
  await page.goto(`${address}/contacts`);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});

test("contacts are selected and put into a segment", async ({
  owner: page,
  place: { installation, address },
}) => {
  await makeDraft(installation, "Picked by key", 3);
  await installation.api("POST", "/segments", { name: "Chosen ones" });
  await page.goto(`${address}/contacts`);
  const searches: string[] = [];
  page.on("request", (request) => {
    if (/q=picked-by-key&.*&standing=$/.test(request.url())) searches.push(request.url());
  });
  await page.keyboard.press("/");
  await page.keyboard.type("picked-by-key");
  await page.waitForURL(/[?&]q=picked-by-key/);
  await expect(page.getByText("3 contacts", { exact: true }).last()).toBeVisible();
  await tabTo(page, page.getByLabel("Select all on this page"));
  await page.keyboard.press("Space");
  await expect(page.getByText("3 selected")).toBeVisible();
  await tabTo(page, page.getByRole("form").getByLabel("Segment"));
  await page.keyboard.type("Chosen");
  await tabTo(page, page.getByRole("button", { name: "Add to segment" }));
  await page.keyboard.press("Enter");
  await expect(page.getByText(/added to “Chosen ones”/i)).toBeVisible();
  // To leave the field is no other search: its answer would undo the selection.
  expect(searches).toHaveLength(1);
});

test("Enter in a field saves a form, and in a table's box does nothing", async ({
  owner: page,
  place: { installation, address },
}) => {
  const { contacts, segment } = await makeDraft(installation, "Entered", 2);
  await page.goto(`${address}/contacts/${contacts[0]?.id}/edit`);
  await page.getByLabel("First name").fill("Greta");
  await page.getByLabel("Key of attribute 1").press("Enter");
  await expect(page.getByText("The contact was saved.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1, name: "Greta" })).toBeVisible();

  await page.goto(`${address}/segments/${segment}`);
  await page.getByLabel("Select all on this page").check();
  await page.locator("#members tbody").getByRole("checkbox").first().press("Enter");
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.getByRole("button", { name: "Remove from the segment" }).click();
  await expect(page.getByText("0 contacts").first()).toBeVisible();
});

test("a menu and a dialog give the focus back to where it was, and a dialog keeps it inside", async ({
  owner: page,
  place: { installation, address },
}) => {
  const draft = await makeDraft(installation, "Asked twice");
  await page.goto(`${address}/campaigns/${draft.id}`);
  const button = page.getByRole("button", { name: `More for ${draft.name}` });
  const item = page.getByRole("link", { name: "Delete" });
  await tabTo(page, button);
  await page.keyboard.press("Enter");
  await expect(item).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(item).toBeHidden();
  await expect(button).toBeFocused();

  await page.keyboard.press("Enter");
  await tabTo(page, item);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("heading")).toHaveText(`Delete “${draft.name}”?`);
  for (let n = 0; n < 6; n++) {
    await page.keyboard.press("Tab");
    expect(await page.evaluate(FOCUS_IS_ELSEWHERE)).toBe(false);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
});

test("a campaign is made and launched", async ({
  owner: page,
  place: { installation, address },
}) => {
  const { name } = await makeDraft(installation, "Hands off the mouse", 2);
  await page.goto(address);
  const navigation = page.getByRole("navigation", { name: "Main" });
  await tabTo(page, navigation.getByRole("link", { name: "Campaigns" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Campaigns" })).toBeVisible();
  await tabTo(page, page.getByRole("link", { name: "New campaign" }).first());
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel("Name", { exact: true }));
  await page.keyboard.type("All by key");
  await tabTo(page, page.getByLabel("Template", { exact: true }));
  await page.keyboard.type(`${name} letter`);
  await tabTo(page, page.getByLabel(`${name} readers`));
  await page.keyboard.press("Space");
  await expect(page.getByText("2 contacts as of now")).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Save as draft" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "All by key" })).toBeVisible();
  await tabTo(page, page.getByRole("link", { name: "Review and launch" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "Launch to 2 recipients" }));
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 = 2 sent")).toBeVisible();
});

/** Neither in the dialog nor with the browser itself, where the keys lead between two rounds of a dialog. */
const FOCUS_IS_ELSEWHERE =
  "!['BODY', 'HTML'].includes(document.activeElement.tagName) && document.activeElement.closest('dialog') === null";

/** Presses Tab until something has the focus: what cannot be reached so cannot be reached by key. */
async function tabTo(page: Page, target: ReturnType<Page["getByRole"]>): Promise<void> {
  await expect(target).toBeVisible();
  for (let n = 0; n < 150; n++) {
    if (await target.evaluate((element) => element.matches(":focus"))) return;
    await page.keyboard.press("Tab");
  }
  await expect(target).toBeFocused();
}
