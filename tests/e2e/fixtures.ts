import { type BrowserContext, expect, type Page, test as base } from "@playwright/test";
import { type Installation, startInstallation } from "../system/installation.ts";

export { expect, type Page } from "@playwright/test";

export const OWNER = {
  name: "Anna Kowalska",
  email: "anna@example.com",
  password: "a long and quiet river",
};

type Cookies = Parameters<BrowserContext["addCookies"]>[0];

/** Somebody's installation with its owner, who is signed in. */
export interface Place {
  installation: Installation;
  address: string;
  cookies: Cookies;
}

interface OfATest {
  /** A page of the owner, on the installation that the files of a worker share. */
  owner: Page;
  /** What the browsers complained of so far: blocked by the policy, not found, thrown. Every test ends with none. */
  complaints: string[];
}

/** A browser and real services: Postgres, Redis, web, the email client and a gateway, each as its own process. */
export const test = base.extend<OfATest, { place: Place }>({
  place: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs
    async ({}, use) => {
      await using installation = await startInstallation();
      await use(await settle(installation));
    },
    { scope: "worker", timeout: 60_000 },
  ],
  owner: async ({ page, place }, use) => {
    await page.context().addCookies(place.cookies);
    await use(page);
  },
  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      listen(context, complaints);
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

/** Makes the owner, as the first visit would. */
export async function settle(installation: Installation): Promise<Place> {
  const address = installation.webs[0]?.url ?? "";
  return { installation, address, cookies: await post(address, "/setup", OWNER) };
}

/** Signs somebody in without a page. */
export async function signIn(
  address: string,
  { email, password }: { email: string; password: string },
): Promise<Cookies> {
  return await post(address, "/sign-in", { email, password });
}

async function post(address: string, path: string, form: Record<string, string>): Promise<Cookies> {
  const response = await fetch(address + path, {
    method: "POST",
    headers: { origin: address },
    body: new URLSearchParams(form),
    redirect: "manual",
  });
  expect(response.status).toBe(303);
  return response.headers.getSetCookie().map((cookie) => {
    const [pair = ""] = cookie.split(";");
    const at = pair.indexOf("=");
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url: address };
  });
}

/** Collects what the pages of a browser complain of. */
export function listen(context: BrowserContext, complaints: string[]): void {
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(error.error().message));
}

/** An answer that is no success is itself a complaint of the browser; a test that wants one says so. */
export function forgive(complaints: string[], ...words: string[]): void {
  const left = complaints.filter((complaint) => !words.some((word) => complaint.includes(word)));
  complaints.splice(0, complaints.length, ...left);
}
