import { lookThrough } from "@mailwright/testing/looks.ts";
import { addressesOf, STRANGERS, subjectsOf } from "./addresses.ts";
import { expect, type Page, test as base } from "./fixtures.ts";
import { startInstallation } from "../system/installation.ts";
import { makeWorld, type World } from "./world.ts";

const test = base.extend<object, { world: World }>({
  world: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs
    async ({}, use) => {
      await using installation = await startInstallation();
      await use(await makeWorld(installation));
    },
    { scope: "worker", timeout: 180_000 },
  ],
});

// Every page there is, by day and by night, wide and narrow: the subjects are shared out among the workers.
test.describe.configure({ mode: "parallel" });

for (const subject of subjectsOf()) {
  test(`every page under /${subject} passes axe and fits`, async ({ page, world, complaints }) => {
    await page.context().addCookies(world.cookies);
    for (const address of addressesOf(world, subject)) {
      expect(await faultsOf(page, world.address, address, complaints)).toEqual([]);
    }
  });
}

test("the pages for strangers pass axe and fit", async ({ page, world, complaints }) => {
  for (const address of STRANGERS) {
    expect(await faultsOf(page, world.address, address, complaints)).toEqual([]);
  }
});

/** All that is wrong with a page, in any look or by the browser's own word. */
async function faultsOf(
  page: Page,
  origin: string,
  address: string,
  complaints: string[],
): Promise<string[]> {
  const faults = await lookThrough(page, origin + address);
  return [...faults, ...complaints.splice(0)].map((fault) => `${address}: ${fault}`);
}
