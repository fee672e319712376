import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, type Locator, test as base } from "@playwright/test";
import { axeFaults, lookThrough } from "@mailwright/testing/looks.ts";

/** The gallery's own server, one a worker, on a port that is free. */
const test = base.extend<{ complaints: string[] }, { address: string }>({
  address: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs
    async ({}, use) => {
      // Bun reads the JSX settings of the directory it is started in.
      const server = spawn("bun", ["apps/web/src/ui/gallery/serve.tsx"], { cwd: ROOT });
      await use(await firstLine(server));
      server.kill();
      await once(server, "exit");
    },
    { scope: "worker" },
  ],
  /** What the browser complains of: blocked by the policy, not found, thrown. Every test ends with none. */
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

const ROOT = new URL("../../../../../", import.meta.url).pathname;

test("every component passes axe and fits, in every look", async ({ page, address }) => {
  for (const path of ["/developer/ui", "/developer/ui/confirm", "/developer/ui/form", "/sign-in"]) {
    expect(await lookThrough(page, new URL(path, address).href)).toEqual([]);
  }
});

test("a link that asks first opens a dialog, and Cancel closes it", async ({ page, address }) => {
  await page.goto(address);
  await page.getByRole("link", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Delete “Spring sale”?" });
  await expect(dialog).toBeVisible();
  expect(await axeFaults(page)).toEqual([]);
  await dialog.getByRole("link", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("link", { name: "Delete", exact: true })).toBeFocused();
});

test("a form with a mistake comes back in its place, says what, and takes the focus", async ({
  page,
  address,
  complaints,
}) => {
  await page.goto(`${address}/form`);
  await page.getByLabel("Email").fill("anna");
  await page.getByRole("button", { name: "Add contact" }).click();
  await expect(page.getByRole("alert")).toBeFocused();
  await expect(page.getByLabel("Email")).toHaveValue("anna");
  await expect(page.getByLabel("Email")).toHaveAccessibleDescription(
    "This is not an email address.",
  );
  await page.getByRole("alert").getByRole("link").click();
  await expect(page.getByLabel("Email")).toBeFocused();
  await page.getByLabel("Email").fill("anna@example.com");
  await page.getByRole("button", { name: "Add contact" }).click();
  await page.waitForURL(address);
  forgive(complaints, "422");
});

test("a form that stays on its page says by a toast that it was done", async ({
  page,
  address,
}) => {
  await page.goto(`${address}/form`);
  await page.getByLabel("Email").fill("stay@example.com");
  await page.getByRole("button", { name: "Add contact" }).click();
  await expect(page.getByText("Saved and stayed.")).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue("stay@example.com");
});

test("an answer of 500 goes to the toasts and leaves the form as it was", async ({
  page,
  address,
  complaints,
}) => {
  await page.goto(`${address}/form`);
  await page.getByLabel("Email").fill("crash@example.com");
  await page.getByRole("button", { name: "Add contact" }).click();
  await expect(page.getByText("Something broke here.")).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue("crash@example.com");
  forgive(complaints, "500");
});

test("no answer at all is said too", async ({ page, address, complaints }) => {
  await page.goto(`${address}/form`);
  await page.route("**/form", (route) => route.abort());
  await page.getByLabel("Email").fill("anna@example.com");
  await page.getByRole("button", { name: "Add contact" }).click();
  await expect(page.getByText("The server could not be reached.")).toBeVisible();
  forgive(complaints, "Failed to fetch", "ERR_FAILED");
});

test("a live region follows its stream and stops at its end", async ({ page, address }) => {
  await page.goto(`${address}/live`);
  await expect(page.getByRole("img", { name: "Sent 10 of 10" })).toBeVisible();
  expect(await page.locator("#progress").count()).toBe(1);
});

test("a live region follows its stream however late each of the scripts comes", async ({
  page,
  address,
}) => {
  let before: Promise<unknown> = Promise.resolve();
  await page.route("**/*.js", async (route) => {
    const mine = before.then(() => new Promise((later) => setTimeout(later, 500)));
    before = mine;
    await mine;
    await route.continue();
  });
  await page.goto(`${address}/live`);
  await expect(page.getByRole("img", { name: "Sent 10 of 10" })).toBeVisible();
});

for (const [what, first] of [
  ["breaks off", { status: 200, contentType: "text/event-stream", body: "" }],
  ["never begins", undefined],
] as const) {
  test(`a live region whose stream ${what} asks now and then`, async ({
    page,
    address,
    complaints,
  }) => {
    await page.clock.install();
    let asked = 0;
    // The first time it is answered or not; from then on streams do not get through.
    await page.route("**/stream", (route) =>
      asked++ === 0 && first ? route.fulfill(first) : route.abort(),
    );
    await page.goto(`${address}/live`);
    await expect(page.getByRole("img", { name: "Queued 10 of 10" })).toBeVisible();
    await expect(async () => {
      await page.clock.runFor(5_000);
      await expect(page.getByRole("img", { name: "Sent 10 of 10" })).toBeVisible({
        timeout: 1_000,
      });
    }).toPass();
    expect(asked).toBeGreaterThan(0);
    forgive(complaints, "Failed to fetch", "ERR_FAILED");
  });
}

test("a foreign document is shown with its styles and runs nothing", async ({
  page,
  address,
  complaints,
}) => {
  await page.goto(`${address}/preview`);
  const hello = page.frameLocator("iframe").getByText("Hello");
  await expect(hello).toHaveCSS("color", "rgb(0, 128, 128)");
  await expect(page.frameLocator("iframe").getByText("ran")).toHaveCount(0);
  forgive(complaints, "Blocked script execution", "violates", "404", "Content Security Policy");
});

test("leaving a form with something typed asks first, and sending it does not", async ({
  page,
  address,
}) => {
  await page.goto(`${address}/form`);
  await page.getByLabel("Email").pressSequentially("anna@example.com");
  const questions: string[] = [];
  page.on("dialog", (question) => {
    questions.push(question.type());
    void question.dismiss();
  });
  await page.getByRole("link", { name: "Cancel" }).click({ noWaitAfter: true });
  await expect(() => expect(questions).toEqual(["beforeunload"])).toPass();
  await page.getByRole("button", { name: "Add contact" }).click();
  await page.waitForURL(address);
});

test("searching swaps the list alone and keeps the cursor where it is", async ({
  page,
  address,
}) => {
  await page.goto(address);
  await page.keyboard.press("/");
  const search = page.getByRole("searchbox", { name: "Search recipients" });
  await expect(search).toBeFocused();
  await page.locator("#recipients").evaluate((list) => list.setAttribute("data-before", ""));
  await search.pressSequentially("anna");
  await page.waitForURL(/[?&]q=anna/);
  await expect(page.locator("#recipients:not([data-before])")).toBeVisible();
  await expect(search).toBeFocused();
  await expect(search).toHaveValue("anna");
});

test("selecting rows shows the bar with how many", async ({ page, address }) => {
  await page.goto(address);
  await page.getByLabel("Select bo.li@example.com").check();
  const bar = page.getByRole("form", { name: "What to do with the selected recipients" });
  await expect(bar).toContainText("1 selected");
  await page.getByLabel("Select all on this page").check();
  await expect(bar).toContainText("5 selected");
  await page.getByLabel("Select all on this page").uncheck();
  await expect(bar).toBeHidden();
});

test("the theme changes at once and is still so on the next page, without a flash", async ({
  page,
  address,
}) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(address);
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  const answer = await page.goto(address);
  expect(await answer?.text()).toContain('data-theme="dark"');
});

test("a menu opens at its button, and closes at Escape", async ({ page, address }) => {
  await page.goto(address);
  const button = page.getByRole("button", { name: "Actions for bo.li@example.com" });
  await button.click();
  const menu = page.getByRole("group", { name: "Actions for bo.li@example.com" });
  await expect(menu).toBeVisible();
  expect(Math.abs((await right(menu)) - (await right(button)))).toBeLessThan(4);
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the menu of a phone, the theme, the forms and the question before deleting all work", async ({
    page,
    address,
    complaints,
  }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(address);
    const nav = page.getByRole("navigation", { name: "Main" });
    await expect(nav).toBeHidden();
    await page.getByRole("button", { name: "Menu", exact: true }).click();
    await expect(nav).toBeVisible();
    await page.getByRole("button", { name: "Dark" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await page.getByRole("link", { name: "Delete", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Delete “Spring sale”?" })).toBeVisible();
    await page.goto(`${address}/form`);
    await page.getByLabel("Email").fill("anna");
    await page.getByRole("button", { name: "Add contact" }).click();
    await expect(page.getByLabel("Email")).toHaveValue("anna");
    await expect(page.getByRole("alert")).toContainText("This is not an email address.");
    forgive(complaints, "422");
  });
});

/** Takes out the complaints a test has provoked, each of which must be there. */
function forgive(complaints: string[], ...provoked: string[]): void {
  expect(complaints.some((text) => provoked.some((part) => text.includes(part)))).toBe(true);
  const others = complaints.filter((text) => !provoked.some((part) => text.includes(part)));
  complaints.splice(0, complaints.length, ...others);
}

async function right(locator: Locator): Promise<number> {
  const box = await locator.boundingBox();
  return (box?.x ?? Number.NaN) + (box?.width ?? Number.NaN);
}

async function firstLine(server: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of server.stdout ?? []) {
    text += String(chunk);
    if (text.includes("\n")) return text.trim();
  }
  throw new Error("The gallery did not start.");
}
