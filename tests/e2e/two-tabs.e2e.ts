import { acceptancesOf, makeDraft } from "./draft.ts";
import { expect, forgive, type Page, test } from "./fixtures.ts";

test("a campaign that is launched from two tabs at once is launched once", async ({
  owner,
  place: { installation, address },
  complaints,
}) => {
  const draft = await makeDraft(installation, "Twice at once", 5);
  const tabs = [owner, await owner.context().newPage()];
  for (const tab of tabs) await tab.goto(`${address}/campaigns/${draft.id}/launch`);
  await Promise.all(
    tabs.map((tab) => tab.getByRole("button", { name: "Launch to 5 recipients" }).click()),
  );
  for (const tab of tabs) {
    const launched = tab.getByRole("heading", { level: 1, name: draft.name });
    const refused = tab.getByRole("heading", { name: "Not possible as things are" });
    await expect(launched.or(refused)).toBeVisible();
  }
  await owner.goto(`${address}/campaigns/${draft.id}`);
  await expect(owner.getByText("Every recipient is accounted for.")).toBeVisible();
  await expect(owner.getByText("5 = 5 sent")).toBeVisible();
  expect(await acceptancesOf(installation, draft.id)).toEqual([1, 1, 1, 1, 1]);
  const [{ launches } = {}] = await installation.sql`
    SELECT count(*)::integer AS launches FROM campaign_activity WHERE campaign_id = ${draft.id} AND action = 'launched'`;
  expect(launches).toBe(1);
  forgive(complaints, "409");
});

test("a template that is saved in two tabs loses neither text", async ({
  owner,
  place: { installation, address },
  complaints,
}) => {
  const { template } = await makeDraft(installation, "Both at it");
  const other = await owner.context().newPage();
  for (const tab of [owner, other]) await tab.goto(`${address}/templates/${template}/edit`);
  await owner.getByRole("textbox", { name: "Body" }).fill("<p>From the first tab</p>");
  await owner.getByRole("button", { name: "Save template" }).click();
  await expect(owner.getByText("Version 2, saved by")).toBeVisible();

  await other.getByRole("textbox", { name: "Body" }).fill("<p>From the second tab</p>");
  await other.getByRole("button", { name: "Save template" }).click();
  const told = other.getByRole("alert");
  await expect(told).toContainText("Somebody else saved this template while you did");
  await expect(told).toBeFocused();
  await expect(other.getByRole("textbox", { name: "Body" })).toHaveValue(
    "<p>From the second tab</p>",
  );
  await other.getByText("What they changed").click();
  await expect(other.getByText("<p>From the first tab</p>")).toBeVisible();

  await other.getByRole("button", { name: "Save over version 2" }).click();
  await expect(other.frameLocator("iframe").getByText("From the second tab")).toBeVisible();
  await other.goto(`${address}/templates/${template}/versions/2`);
  await expect(other.getByText("From the first tab").first()).toBeVisible();
  forgive(complaints, "409");
});

test("a contact that was changed in another tab is not overwritten unseen", async ({
  owner,
  place: { installation, address },
  complaints,
}) => {
  const { contacts } = await makeDraft(installation, "One name each", 1);
  const other = await owner.context().newPage();
  for (const tab of [owner, other]) await tab.goto(`${address}/contacts/${contacts[0]?.id}/edit`);
  await owner.getByLabel("First name").fill("Greta");
  await owner.getByRole("button", { name: "Save contact" }).click();
  await expect(owner.getByText("The contact was saved.")).toBeVisible();

  await other.getByLabel("Last name").fill("Berg");
  await other.getByRole("button", { name: "Save contact" }).click();
  const told = other.getByRole("alert");
  await expect(told).toContainText("Somebody changed this contact while you were editing");
  await expect(told).toBeFocused();
  await expect(other.getByLabel("Last name")).toHaveValue("Berg");
  await leavingAsks(other);
  await owner.reload();
  await expect(owner.getByRole("heading", { level: 1, name: "Greta" })).toBeVisible();
  await expect(owner.getByText("Berg")).toHaveCount(0);
  forgive(complaints, "409");
});

test("what came back to be gone on with is not left without a question", async ({
  owner: page,
  place: { address },
}) => {
  await page.goto(`${address}/contacts/new`);
  await page.getByLabel("Email").fill("greta@example.com");
  await page.getByRole("button", { name: "More rows" }).click();
  await expect(page.getByLabel("Key of attribute 6")).toBeVisible();
  await leavingAsks(page);
});

/** Leaves a form by its link, is asked, and stays. */
async function leavingAsks(page: Page): Promise<void> {
  const asked = page.waitForEvent("dialog").then(async (dialog) => {
    await dialog.dismiss();
    return dialog.type();
  });
  await page.getByRole("link", { name: "Cancel" }).click();
  expect(await asked).toBe("beforeunload");
}
