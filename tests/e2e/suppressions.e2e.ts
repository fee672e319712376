import { expect, test } from "./fixtures.ts";

test("a file is imported, found by a part of an address, and two of it are lifted after a question", async ({
  owner: page,
  place: { address },
}) => {
  await page.goto(`${address}/suppressions/import`);
  await page.getByRole("combobox", { name: "Reason" }).selectOption("Bounced");
  const rows = ["email,reason", "anna@example.com,complained", "ben@example.com,", "nobody,"];
  await page.getByLabel("CSV file").setInputFiles({
    name: "gone.csv",
    mimeType: "text/csv",
    buffer: Buffer.from([...rows, "eva@example.org,"].join("\n")),
  });
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByText("3 added, 1 rejected")).toBeVisible();
  await expect(page.getByText("1 row was not taken")).toBeVisible();
  await page.getByRole("link", { name: "See the suppressions" }).click();

  const list = page.getByRole("table", { name: "Suppressed addresses" });
  const addresses = list.getByRole("cell", { name: /^\S+@example/ });
  await expect(addresses).toHaveCount(3);
  await page.getByRole("searchbox").fill("example.com");
  await expect(addresses).toHaveCount(2);
  await page.getByRole("checkbox", { name: "Select all on this page" }).check();
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.getByRole("button", { name: "Allow again" }).click();
  await expect(page.getByText("1 of them unsubscribed or complained.")).toBeVisible();
  await page.getByRole("button", { name: "Allow 2 again" }).click();
  await expect(page.getByText("2 addresses can be mailed again.")).toBeVisible();
  await expect(page.getByText("No such address")).toBeVisible();

  await page.getByRole("link", { name: "Show all" }).click();
  await addresses.getByText("eva@example.org").waitFor();
  await page.getByRole("combobox", { name: "Reason" }).selectOption("Complained");
  await expect(page.getByText("No such address")).toBeVisible();
  await page.getByRole("combobox", { name: "Reason" }).selectOption("Bounced");
  await page.getByRole("link", { name: "Allow again" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Mail eva@example.org again?")).toBeVisible();
  await dialog.getByRole("button", { name: "Allow again" }).click();
  await expect(page.getByText("eva@example.org can be mailed again.")).toBeVisible();
});
