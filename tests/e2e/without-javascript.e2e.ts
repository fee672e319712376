import { makeDraft } from "./draft.ts";
import { expect, forgive, OWNER, test } from "./fixtures.ts";

test.use({ javaScriptEnabled: false });

test("somebody signs in and is led to where they wanted to go", async ({
  page,
  place: { address },
}) => {
  await page.goto(`${address}/contacts`);
  await page.getByLabel("Email").fill(OWNER.email);
  await page.getByLabel("Password", { exact: true }).fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Contacts" })).toBeVisible();
});

test("a mistake comes back with all that was typed, said at its field; then the contact is there, and is deleted after a question", async ({
  owner: page,
  place: { address },
  complaints,
}) => {
  await page.goto(`${address}/contacts/new`);
  await page.getByLabel("Email").fill("greta@example");
  await page.getByLabel("First name").fill("Greta <Berg>");
  const sent = page.waitForResponse((response) => response.request().method() === "POST");
  await page.locator("form#contact-form").evaluate((form) => form.setAttribute("novalidate", ""));
  await page.getByRole("button", { name: "Save contact" }).click();
  expect((await sent).status()).toBe(422);
  await expect(page.getByLabel("Email")).toHaveValue("greta@example");
  await expect(page.getByLabel("Email")).toHaveAccessibleDescription(/./);
  await expect(page.getByLabel("First name")).toHaveValue("Greta <Berg>");

  await page.getByLabel("Email").fill("greta@example.com");
  await page.getByRole("button", { name: "Save contact" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Greta <Berg>" })).toBeVisible();

  await page.getByRole("button", { name: "More to do with this contact" }).click();
  await page.getByRole("link", { name: "Delete" }).click();
  await expect(page.getByRole("heading", { name: /^Delete .*\?$/ })).toBeVisible();
  await page.getByRole("button", { name: "Delete contact" }).click();
  await expect(page.getByText("The contact was deleted.")).toBeVisible();
  forgive(complaints, "422");
});

test("a campaign is made, launched and seen to its end", async ({
  owner: page,
  place: { installation, address },
}) => {
  const { name } = await makeDraft(installation, "Without a script", 4);
  await page.goto(`${address}/campaigns/new`);
  await page.getByLabel("Name", { exact: true }).fill("By hand alone");
  await page.getByLabel("Template", { exact: true }).selectOption({ label: `${name} letter` });
  await page.getByLabel(`${name} readers`).check();
  await page.getByRole("button", { name: "Save as draft" }).click();
  await page.getByRole("link", { name: "Review and launch" }).click();
  await page.getByRole("button", { name: "Launch to 4 recipients" }).click();
  await expect(page.getByText("The campaign is launched.")).toBeVisible();
  await expect(async () => {
    await page.reload();
    await expect(page.getByText("4 = 4 sent")).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 30_000 });
});
