// `bun tests/e2e/screenshots.ts`: the pictures of the README, taken of a filled installation. They change only when somebody wants it.
import { join } from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { until } from "@mailwright/testing";
import { startInstallation } from "../system/installation.ts";
import { dress, type Look } from "@mailwright/testing/looks.ts";
import { makeWorld, type World } from "./world.ts";

const FOLDER = join(import.meta.dir, "../../docs/screenshots");

const DAY = { width: 1440, colorScheme: "light" } as const;
const NIGHT = { width: 1440, colorScheme: "dark" } as const;
const PHONE = { width: 390, colorScheme: "dark" } as const;

/** Emails a second, so that a campaign can be seen on its way. */
const PACE = 8;

async function takeAll(browser: Browser, world: World): Promise<void> {
  const { campaigns, installation, template, gateway } = world;
  await installation.api("PATCH", `/gateways/${gateway}`, { rate_per_second: PACE });
  const sending = `/campaigns/${campaigns.sending}`;
  const take = taker(browser, world);
  await take("campaign", sending, DAY, paced);
  await take("campaign-phone", sending, PHONE, paced);
  await take("dashboard", "/", NIGHT);
  await take("contacts", "/contacts?q=j", DAY, someSelected);
  await take("template", `/templates/${template}/edit`, DAY, framed);
  await take("machine", "/developer/machines/email", DAY);
  await take("email", `/emails/${await retriedEmail(world)}`, DAY);
}

/** Has the gateway fail one email twice before it takes it; the answer is the email's id. */
async function retriedEmail({ campaigns, installation }: World): Promise<string> {
  const { sql, mock } = installation;
  const [email] = await sql`
    SELECT email.id, address FROM email JOIN contact ON contact.id = contact_id
    WHERE campaign_id = ${campaigns.sending} AND state = 'queued' AND first_name ~ '^[A-Z][a-z]+$'
    ORDER BY email.id DESC LIMIT 1`;
  await mock("PUT", "/script", [{ status: 503, times: 2, match: { to: email?.["address"] } }]);
  const id = email?.["id"] as string;
  await until(
    async () => (await sql`SELECT FROM email WHERE id = ${id} AND state = 'sent'`).length,
    {
      what: "the email to be sent at the third attempt",
      timeoutMs: 180_000,
    },
  );
  return id;
}

function paced(page: Page): Promise<void> {
  return page.getByText("a second").first().waitFor();
}

async function someSelected(page: Page): Promise<void> {
  for (const row of [1, 2, 4]) await page.getByRole("checkbox").nth(row).check();
}

function framed(page: Page): Promise<void> {
  return page.frameLocator("iframe").locator("body > *").first().waitFor();
}

function taker(browser: Browser, { address, cookies }: World) {
  return async (name: string, path: string, look: Look, ready?: (page: Page) => Promise<void>) => {
    await using context = await browser.newContext({
      locale: "en-GB",
      deviceScaleFactor: look.width === PHONE.width ? 2 : 1,
    });
    await context.addCookies(cookies);
    const page = await context.newPage();
    await dress(page, look);
    await page.goto(address + path);
    await ready?.(page);
    await page.locator(".htmx-request").waitFor({ state: "detached" });
    await page.evaluate("document.fonts.ready");
    await page.screenshot({ path: join(FOLDER, `${name}.png`) });
    process.stdout.write(`${name}.png\n`);
  };
}

await using installation = await startInstallation();
await using browser = await chromium.launch({
  executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
await takeAll(browser, await makeWorld(installation));
