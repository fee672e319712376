import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, type Page, test as base } from "@playwright/test";
import { lookThrough } from "@mailwright/testing/looks.ts";

interface Places {
  address: string;
  cookies: { name: string; value: string; url: string }[];
  template: string;
  listed: string;
  ruled: string;
}

const ROOT = new URL("../../../../../", import.meta.url).pathname;

/** A web of its own, one a worker, with a hostile template; see `fixtures/serve.ts`. */
const test = base.extend<{ signedIn: Page }, { places: Places }>({
  places: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs
    async ({}, use) => {
      const path = "apps/web/src/features/templates/fixtures/serve.ts";
      const server = spawn("bun", [path], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
      await use(JSON.parse(await firstLine(server)) as Places);
      server.kill();
      await once(server, "exit");
    },
    { scope: "worker" },
  ],
  signedIn: async ({ page, places }, use) => {
    await page.context().addCookies(places.cookies);
    await use(page);
  },
});

test("whatever a template holds, its preview runs nothing, opens nothing and sends nothing", async ({
  signedIn: page,
  places: { address, template },
}) => {
  await page.goto(`${address}/templates/${template}`);
  const title = await page.title();
  const frame = page.frameLocator("iframe");
  await expect(frame.getByText("Newest")).toBeVisible();
  await frame.locator("#go").click();
  await frame.locator("#out").click();
  // Had the form been sent, the session would be over and the next page would be the sign-in.
  await page.reload();
  await expect(frame.getByText("Newest")).toBeVisible();
  expect(await page.title()).toBe(title);
  await page.goto(`${address}/templates/${template}/frame`);
  expect(await page.title()).not.toBe("ran");
  // An origin of its own, which no cookie and no page of ours belongs to.
  expect(await page.evaluate("origin")).toBe("null");
});

test("the editor shows what was typed in a frame, and what is wrong with it, before anything is saved", async ({
  signedIn: page,
  places: { address },
}) => {
  await page.goto(`${address}/templates/new?start=blank`);
  await page.getByLabel("Subject").fill("Hi {{ contact.first_nam }}");
  await page.getByLabel("Body").fill("<p>Typed just now</p>");
  await expect(page.getByText("Did you mean “first_name”?")).toBeVisible();
  await page.getByRole("button", { name: "Show what I typed" }).click();
  await expect(page.frameLocator("iframe").getByText("Typed just now")).toBeVisible();
  await expect(page.getByLabel("Body")).toHaveValue("<p>Typed just now</p>");
});

test("a rule is written with the keyboard alone, and Enter saves it", async ({
  signedIn: page,
  places: { address },
}) => {
  await page.goto(`${address}/segments/new?kind=dynamic`);
  await page.getByLabel("Name").fill("From example.com");
  await page.getByLabel("Field").focus();
  await page.getByLabel("Field").selectOption("domain");
  await expect(page.getByLabel("Comparison")).toHaveValue("contains");
  await expect(page.getByLabel("Field")).toBeFocused();
  await page.getByLabel("Comparison").selectOption("equals");
  await page.getByLabel("Value").fill("example.com");
  await expect(page.getByText("Finds 1 contact")).toBeVisible();
  await page.getByRole("button", { name: "Add group" }).press("Enter");
  await expect(page.getByLabel("Value")).toHaveCount(2);
  await page.getByRole("button", { name: "Remove the group" }).press("Enter");
  await expect(page.getByLabel("Value")).toHaveCount(1);
  await expect(page.getByLabel("Value")).toHaveValue("example.com");
  await page.getByLabel("Value").press("Enter");
  await expect(page.getByRole("heading", { name: "From example.com" })).toBeVisible();
});

test("pages with what is hostile in them pass axe and fit, in every look", async ({
  signedIn: page,
  places: { address, template, listed, ruled },
}) => {
  for (const path of [
    "/templates",
    ...["", "?q=a", "/text", "/source", "/versions/1", "/edit", "/test"].map(
      (part) => `/templates/${template}${part}`,
    ),
    "/segments/new?kind=dynamic",
    `/segments/${ruled}/edit`,
    ...["", "/add?q=0"].map((part) => `/segments/${listed}${part}`),
  ]) {
    expect([path, await lookThrough(page, address + path)]).toEqual([path, []]);
  }
});

async function firstLine(server: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of server.stdout ?? []) {
    text += String(chunk);
    if (text.includes("\n")) return text.trim();
  }
  throw new Error("The web did not start.");
}
