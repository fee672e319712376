import { readFileSync } from "node:fs";
import { type Installation, startInstallation } from "../system/installation.ts";
import { expect, OWNER, type Page, test as base } from "./fixtures.ts";
import { axeFaults } from "@mailwright/testing/looks.ts";

const test = base.extend<{ fresh: Installation }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs
  fresh: async ({}, use) => {
    await using installation = await startInstallation({ setUp: false });
    await use(installation);
  },
});

const GOOD_ROWS = 196;
const REFUSED = 12;
/** A second: quick, and yet slow enough that whoever watches sees it happen. */
const RATE = 40;

test("from the first visit to a finished campaign", async ({ page, fresh }) => {
  test.setTimeout(240_000);
  await test.step("the first visitor makes the owner's account, and is told what is not set up", async () => {
    await page.goto(fresh.webs[0]?.url ?? "");
    await expect(page.getByRole("heading", { name: "Welcome to Mailwright" })).toBeVisible();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByLabel("Your name").fill(OWNER.name);
    await page.getByLabel("Email").fill(OWNER.email);
    await page.getByLabel("Password", { exact: true }).fill(OWNER.password);
    await page.getByRole("button", { name: "Start" }).click();
    await expect(page.getByRole("heading", { name: "Dashboard" })).toBeVisible();
    await expect(page.getByText("No From address is set")).toBeVisible();
    await expect(page.getByText("No gateway is set up")).toBeVisible();
    await expect(page.getByRole("heading", { name: "Getting started" })).toBeVisible();
  });

  await test.step("the sender is set", async () => {
    await goTo(page, "Settings");
    await page.getByLabel("From name").fill("Anna of Harbour Books");
    await page.getByLabel("From address").fill("anna@example.com");
    await page.getByLabel("Postal address").fill("Harbour Books\n12 Quay Street\nExampletown");
    await page.getByRole("button", { name: "Save sender" }).click();
    await expect(page.getByText("No From address is set")).toHaveCount(0);
    await expect(page.getByText("No gateway is set up")).toBeVisible();
  });

  await test.step("a gateway is added and tested", async () => {
    await page.getByRole("link", { name: "Set one up" }).click();
    await page.getByRole("link", { name: "Add gateway" }).first().click();
    await page.getByRole("link", { name: "HTTP gateway" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Relay");
    await page.getByLabel("Endpoint").fill(`${fresh.gatewayMock.url}/email`);
    await page.getByLabel("User name").fill("mailwright");
    await page.getByLabel("Password", { exact: true }).fill("a secret");
    await page.getByLabel(/^Most emails a second(?! to)/).fill(String(RATE));
    await page.getByRole("button", { name: "Add gateway" }).click();
    await expect(page.getByText("No gateway is set up")).toHaveCount(0);
    await page.getByRole("link", { name: "Relay" }).first().click();
    await page.getByRole("link", { name: "Send a test" }).click();
    await page.getByLabel("To", { exact: true }).fill("anna@example.com");
    await page.getByRole("button", { name: "Send the test" }).click();
    await expect(page.getByText("The gateway accepted it")).toBeVisible();
  });

  await test.step("contacts are imported: a file, its columns, a bar that moves, and the rows that were not taken", () =>
    importContacts(page, fresh));

  await test.step("a template is written, checked, previewed and tested", () =>
    writeTemplate(page));

  await test.step("a campaign is launched and watched to its end", async () => {
    await fresh.mock("PUT", "/script", [{ status: 400, times: REFUSED }]);
    await goTo(page, "Campaigns");
    await page.getByRole("link", { name: "New campaign" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("Autumn letter");
    await page.getByLabel("Template", { exact: true }).selectOption({ label: "Autumn letter" });
    await page.getByLabel("Autumn fair").check();
    await expect(page.getByText(`${GOOD_ROWS} contacts as of now`)).toBeVisible();
    await page.getByRole("button", { name: "Save as draft" }).click();
    await page.getByRole("link", { name: "Review and launch" }).click();
    const letter = page.frameLocator("iframe");
    await expect(letter.getByText("Harbour Books, 12 Quay Street, Exampletown")).toBeVisible();
    await expect(letter.getByRole("link", { name: "Unsubscribe" })).toBeVisible();
    await page.getByRole("button", { name: `Launch to ${GOOD_ROWS} recipients` }).click();
    await watch(page, async () => {
      await expect(page.getByText("To go")).toBeVisible();
      await expect(page.getByText(`${GOOD_ROWS - REFUSED} sent + ${REFUSED} failed`)).toBeVisible({
        timeout: 60_000,
      });
    });
  });

  await test.step("what failed is sent again, from the page, to its end", async () => {
    await page.reload();
    await expect(page.getByText("Every recipient is accounted for.")).toBeVisible();
    await expect(page.getByText("Rejected by the gateway")).toBeVisible();
    await page.getByRole("link", { name: "Send failed again" }).first().click();
    const dialog = page.getByRole("dialog");
    await expect(
      dialog.getByText(`Send ${REFUSED} failed emails of “Autumn letter” again?`),
    ).toBeVisible();
    await dialog.getByRole("button", { name: "Send them again" }).click();
    await expect(page.getByText(`${GOOD_ROWS} = ${GOOD_ROWS} sent`)).toBeVisible({
      timeout: 60_000,
    });
    await expect(page.getByText("Every recipient is accounted for.")).toBeVisible();
  });

  await test.step("one recipient's history says all that happened", async () => {
    await page.getByRole("link", { name: "Recipients" }).click();
    const [again] = await fresh.sql`SELECT address FROM email WHERE run = 2 LIMIT 1`;
    await page.getByRole("searchbox").fill(String(again?.["address"]));
    await page.getByRole("link", { name: String(again?.["address"]) }).click();
    const steps = page.getByRole("list", { name: /^Steps of the email/ });
    await expect(steps.getByRole("listitem").first()).toContainText("Put into the audience");
    await expect(steps).toContainText("run 1");
    await expect(steps.getByRole("listitem").last()).toContainText("Sent");
    expect(await axeFaults(page)).toEqual([]);
  });

  await test.step("the gateway accepted each recipient's email once", async () => {
    const { items } = await fresh.mock<{ items: { key: string }[] }>("GET", "/ledger?limit=1000");
    const emails = await fresh.sql`SELECT id FROM email`;
    const ids = new Set(emails.map(({ id }) => id as string));
    const taken = items.map(({ key }) => key).filter((key) => ids.has(key));
    expect(taken.toSorted()).toEqual([...ids].toSorted());
  });
});

async function importContacts(page: Page, { sql }: Installation): Promise<void> {
  await goTo(page, "Contacts");
  await page.getByRole("link", { name: "Import a file" }).click();
  await page.getByLabel("CSV file").setInputFiles({
    name: "autumn-fair.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(fairFile()),
  });
  await page.getByRole("button", { name: "Upload" }).click();

  await expect(page.getByLabel("What “E-mail” becomes")).toHaveValue("email");
  await expect(page.getByLabel("What “Vorname” becomes")).toHaveValue("first_name");
  await page.getByLabel("What “Remarks” becomes").selectOption({ label: "Leave out" });
  await page.getByLabel("Or a new one").fill("Autumn fair");
  // Nothing can be written into the contacts for a while, so that the bar is seen before it is full.
  const held = await sql.reserve();
  await held`BEGIN`;
  await held`LOCK TABLE contact IN EXCLUSIVE MODE`;
  await page.getByRole("button", { name: "Start the import" }).click();
  await watch(page, async () => {
    await expect(page.getByRole("progressbar")).toBeVisible();
    await held`COMMIT`;
    held.release();
    await expect(page.getByText(`${GOOD_ROWS} added, 1 updated, 3 rejected`)).toBeVisible();
  });
  await expect(page.getByText("3 rows were not taken")).toBeVisible();

  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download as CSV" }).click();
  const rejects = readFileSync(await (await download).path(), "utf8")
    .trim()
    .split(/\r?\n/);
  expect(rejects).toEqual([
    "line,reason,E-mail,Vorname,Stadt,Remarks",
    "4,There is no @ in it: type an address like anna@example.com.,guest at example.com,Nobody,Köln,",
    "9,There is no email address.,,No Address,Köln,",
    "10,There is more than one @ in it: leave one.,two@at@example.com,Two,Köln,",
  ]);
  await page.getByRole("link", { name: "See the segment" }).click();
  await expect(page.getByText(`${GOOD_ROWS} contacts`).first()).toBeVisible();
}

/** Two hundred rows as a spreadsheet of a German writes them; four of them are one person again or nobody. */
function fairFile(): string {
  const people = Array.from(
    { length: GOOD_ROWS },
    (_, index) => `guest${index + 1}@example.com;Guest ${index + 1};Köln;came by`,
  );
  people.splice(2, 0, "guest at example.com;Nobody;Köln;");
  people.splice(7, 0, ";No Address;Köln;", "two@at@example.com;Two;Köln;");
  return ["E-mail;Vorname;Stadt;Remarks", ...people, "GUEST1@Example.com;Guest 1;Bonn;"].join(
    "\r\n",
  );
}

async function writeTemplate(page: Page): Promise<void> {
  await goTo(page, "Templates");
  await page.getByRole("link", { name: "New template" }).first().click();
  await page.getByRole("link", { name: "Blank template" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Autumn letter");
  await page.getByLabel("Subject").fill("Hello {{ contact.first_name | default: 'there' }}");
  const body = page.getByLabel("Body");
  await body.fill("<h1>Hello {{ contact.frist_name }}</h1><script>document.title = 'ran'</script>");
  await expect(page.getByText("Did you mean “first_name”?")).toBeVisible();
  await body.fill(
    "<h1>Hello {{ contact.first_name }} of {{ contact.stadt }}</h1><p>{{ sender.name }}</p>",
  );
  await page.getByRole("button", { name: "Show what I typed" }).click();
  await expect(page.frameLocator("iframe").getByRole("heading", { name: "Hello" })).toBeVisible();
  await page.getByRole("button", { name: "Create template" }).click();

  await expect(page.getByRole("heading", { name: "Autumn letter" })).toBeVisible();
  await page.getByRole("searchbox").fill("guest7@");
  await page.getByRole("link", { name: "guest7@example.com" }).click();
  const frame = page.frameLocator("iframe");
  await expect(frame.getByRole("heading", { name: "Hello Guest 7 of Köln" })).toBeVisible();
  await page.getByRole("link", { name: "Send a test" }).click();
  await page.getByLabel("Send it to").fill("anna@example.com");
  await page.getByRole("button", { name: "Send the test" }).click();
  await expect(page.getByText("“Relay” accepted it for anna@example.com")).toBeVisible();
}

async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

/** Does something on a page that has to stay the same page: what changes comes by its stream. */
async function watch(page: Page, look: () => Promise<void>): Promise<void> {
  await page.locator("html").evaluate((html) => html.setAttribute("data-same-page", ""));
  await look();
  await expect(page.locator("html[data-same-page]")).toHaveCount(1);
}
