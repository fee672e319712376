import { makeDraft } from "./draft.ts";
import { expect, forgive, listen, type Page, signIn, test } from "./fixtures.ts";

const VIEWER = {
  name: "Vera Lind",
  email: "vera@example.com",
  password: "a quiet walk by the sea",
};

test("a viewer is invited, chooses a password, sees everything, and can change nothing", async ({
  owner,
  browser,
  place: { installation, address },
  complaints,
}) => {
  const draft = await makeDraft(installation, "Only to be looked at");
  const temporary = await invite(owner, address);

  await using context = await browser.newContext();
  listen(context, complaints);
  const page = await context.newPage();
  await page.goto(`${address}/sign-in`);
  await page.getByLabel("Email").fill(VIEWER.email);
  await page.getByLabel("Password", { exact: true }).fill(temporary);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Choose your own password" })).toBeVisible();
  await page.getByLabel("Current password").fill(temporary);
  await page.getByLabel("New password").fill(VIEWER.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("heading", { level: 1 })).not.toHaveText("Choose your own password");

  for (const path of [
    "/",
    "/contacts",
    `/contacts/${draft.contacts[0]?.id}`,
    "/segments",
    `/segments/${draft.segment}`,
    "/templates",
    `/templates/${draft.template}`,
    "/campaigns",
    `/campaigns/${draft.id}`,
    "/imports",
    "/suppressions",
    "/settings",
    "/settings/retries",
    "/settings/gateways",
    `/settings/gateways/${installation.gateway}`,
    "/developer",
  ]) {
    await page.goto(address + path);
    expect([path, await actionsOn(page)]).toEqual([path, []]);
  }

  const refused = await page.goto(`${address}/campaigns/${draft.id}/launch`);
  expect(refused?.status()).toBe(403);
  await expect(page.getByRole("heading", { name: "Not allowed" })).toBeVisible();
  await page
    .getByRole("navigation", { name: "Main" })
    .getByRole("link", { name: "Dashboard" })
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "Dashboard" })).toBeVisible();
  expect(await postAsViewer(address, `/campaigns/${draft.id}/launch`)).toBe(403);
  expect(await postAsViewer(address, `/contacts/${draft.contacts[0]?.id}/delete`)).toBe(403);
  forgive(complaints, "403");
});

/** By the page of people; the answer is the password that it shows once. */
async function invite(page: Page, address: string): Promise<string> {
  await page.goto(`${address}/accounts/new`);
  await page.getByLabel("Name", { exact: true }).fill(VIEWER.name);
  await page.getByLabel("Email").fill(VIEWER.email);
  await page.getByRole("radio", { name: "Viewer" }).check();
  await page.getByRole("button", { name: "Make the account" }).click();
  await expect(page.getByText("It is shown this once.")).toBeVisible();
  return (await page.locator("main code").innerText()).trim();
}

/** Whatever in the page would change something: forms that post, and links to where one would. */
async function actionsOn(page: Page): Promise<string[]> {
  const forms = page.locator("main form[method=post]");
  const links = page.locator("main a[href]");
  const hrefs = await links.evaluateAll((all) =>
    all.map((link) => link.getAttribute("href") ?? ""),
  );
  return [
    ...(await forms.evaluateAll((all) => all.map((form) => form.getAttribute("action") ?? ""))),
    ...hrefs.filter((href) => /\/(new|edit|delete|launch|remove|lift|add|test)(\?|$)/.test(href)),
  ];
}

async function postAsViewer(address: string, path: string): Promise<number> {
  const cookies = await signIn(address, VIEWER);
  const { status } = await fetch(address + path, {
    method: "POST",
    headers: {
      origin: address,
      cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; "),
    },
    redirect: "manual",
  });
  return status;
}
