import { makeDraft } from "./draft.ts";
import { expect, type Page, test } from "./fixtures.ts";

test("the export is of what the list shows, after a search and after it was cleared", async ({
  owner: page,
  place: { installation, address },
}) => {
  await makeDraft(installation, "Exported after a search", 3);
  await page.goto(`${address}/contacts`);
  const everybody = page.getByRole("link", { name: "Export", exact: true });
  const these = page.getByRole("link", { name: "Export these" });
  await expect(everybody).toBeVisible();

  await page.getByRole("searchbox").fill("exported-after-a-search");
  await expect(these).toHaveAttribute("href", /\?q=exported-after-a-search&/);
  await expect(everybody).toHaveCount(0);
  await page.getByRole("searchbox").fill("");
  await expect(everybody).toHaveAttribute(
    "href",
    "/contacts/export?sort=added&direction=descending",
  );
  await expect(these).toHaveCount(0);
});

for (const [path, heading] of [
  ["contacts", "Name"],
  ["segments", "Name"],
  ["templates", "Name"],
  ["campaigns", "Campaign"],
] as const) {
  test(`${path} that were sorted by a click stay so when they are searched`, async ({
    owner: page,
    place: { installation, address },
  }) => {
    await makeDraft(installation, `Sorted ${path}`);
    await page.goto(`${address}/${path}`);
    // Twice, so that it is not what the list begins with.
    for (const way of await otherWays(page, heading)) {
      await page.getByRole("columnheader", { name: heading }).getByRole("link").click();
      await expect(page.getByRole("columnheader", { name: heading })).toHaveAttribute(
        "aria-sort",
        way,
      );
    }
    const search = page.getByRole("searchbox");
    await search.pressSequentially("sorted");
    await page.waitForURL(/[?&]q=sorted/);
    expect(new URL(page.url()).searchParams.get("sort")).toBe("name");
    expect(new URL(page.url()).searchParams.get("direction")).toBe("descending");
    await expect(search).toBeFocused();
    await expect(search).toHaveValue("sorted");
  });
}

test("the recipients of a state stay those of it when they are searched, and their export is of it", async ({
  owner: page,
  place: { installation, address },
}) => {
  const { id } = await makeDraft(installation, "Sent and listed", 2);
  await installation.api("POST", `/campaigns/${id}/launch`);
  await expect(async () => {
    await page.goto(`${address}/campaigns/${id}/recipients`);
    await expect(page.getByRole("link", { name: "Sent 2" })).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 30_000 });
  const download = page.getByRole("main").getByRole("link", { name: "Export", exact: true });
  const path = `/campaigns/${id}/recipients/export`;
  await expect(download).toHaveAttribute("href", path);

  await page.getByRole("link", { name: "Sent 2" }).click();
  await expect(download).toHaveAttribute("href", `${path}?state=sent`);
  await page.getByRole("searchbox").fill("sent-and-listed-1");
  await page.waitForURL(/[?&]q=sent-and-listed-1/);
  expect(new URL(page.url()).searchParams.get("state")).toBe("sent");
  await expect(download).toHaveAttribute("href", `${path}?state=sent&q=sent-and-listed-1`);

  await page.getByRole("link", { name: "All 2" }).click();
  await expect(download).not.toHaveAttribute("href", /state=/);
  await page.getByRole("searchbox").fill("sent-and-listed");
  await page.waitForURL(/[?&]q=sent-and-listed$/);
  expect(new URL(page.url()).searchParams.get("state")).toBe(null);
});

/** The orders that clicks on a heading lead to, until it is the one that no list begins with. */
async function otherWays(page: Page, heading: string): Promise<string[]> {
  const now = await page.getByRole("columnheader", { name: heading }).getAttribute("aria-sort");
  return now === "ascending" ? ["descending"] : ["ascending", "descending"];
}
