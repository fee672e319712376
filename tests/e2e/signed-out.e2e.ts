import { makeDraft } from "./draft.ts";
import { expect, forgive, OWNER, type Page, signIn, test } from "./fixtures.ts";

const TYPED = "<p>An hour of\n\ntyping & “quotes”</p>";

test("what was typed is saved as if nothing had been when its person signed in again in another tab", async ({
  owner: page,
  place: { installation, address },
}) => {
  const { template } = await makeDraft(installation, "Signed in again");
  await type(page, `${address}/templates/${template}/edit`);
  await page.context().addCookies(await signIn(address, OWNER));
  await page.getByRole("button", { name: "Save template" }).click();
  await expect(page.getByText("Version 2 was saved.")).toBeVisible();
});

test("what was typed before the session ended is carried through signing in, and sent by a button", async ({
  owner: page,
  place: { installation, address },
  complaints,
}) => {
  const { template } = await makeDraft(installation, "Signed out meanwhile");
  await type(page, `${address}/templates/${template}/edit`);
  await page.context().clearCookies();
  await page.getByRole("textbox", { name: "Body" }).press("End");
  await page.getByRole("textbox", { name: "Body" }).pressSequentially("<!-- on -->");
  // The check of what is typed says so, and leaves it.
  await expect(page.getByRole("alert")).toContainText("What you typed stays");
  await page.getByRole("button", { name: "Save template" }).click();

  await expect(page.getByRole("heading", { level: 1, name: "Sign in again" })).toBeVisible();
  await page.getByLabel("Email").fill(OWNER.email);
  await page.getByLabel("Password").fill("not this");
  await page.getByLabel("Password").press("Enter");
  await expect(page.getByRole("alert")).toContainText("do not belong together");
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByLabel("Password").press("Enter");
  await expect(page.getByText("What was typed into “Template” is not saved yet.")).toBeVisible();
  const [{ version } = {}] =
    await installation.sql`SELECT version FROM template WHERE id = ${template}`;
  expect(version).toBe(1);
  await page.getByRole("button", { name: "Send it" }).click();
  await expect(page.getByText("Version 2 was saved.")).toBeVisible();
  const [{ body } = {}] =
    await installation.sql`SELECT body FROM template_version WHERE template_id = ${template} AND version = 2`;
  expect(body).toBe(TYPED.replace("</p>", "</p><!-- on -->"));
  forgive(complaints, "401", "422");
});

async function type(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole("textbox", { name: "Body" }).fill(TYPED);
}
