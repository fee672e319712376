import { expect, test } from "./fixtures.ts";

test("what is to be done with a file stays chosen while it is read in other ways", async ({
  owner: page,
  place: { installation, address },
}) => {
  await installation.api("POST", "/segments", { name: "Fair of the import" });
  await page.goto(`${address}/imports/new`);
  await page.getByLabel("CSV file").setInputFiles({
    name: "people.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("email;city\nanna@example.com;Ghent\n"),
  });
  await page.getByRole("button", { name: "Upload" }).click();
  const rest = {
    skip: page.getByRole("radio", { name: "Leave them as they are" }),
    segment: page.getByLabel("Join a segment"),
    name: page.getByLabel("Or a new one"),
  };
  await page.getByText("Leave them as they are").click();
  await rest.segment.selectOption("Fair of the import");
  await rest.name.fill("Or this one");
  await expect(page.getByText(", 2 columns.")).toBeVisible();

  await page.getByLabel("Separator").focus();
  await page.getByLabel("Separator").selectOption("Commas between cells");
  await expect(page.getByText(", 1 column.")).toBeVisible();
  await expect(page.getByLabel("Separator")).toBeFocused();
  await page.getByLabel("First row").selectOption("The first row is a contact");
  await expect(page.locator("input[type=hidden][name=shown_header]")).toHaveValue("no");
  await expect(rest.skip).toBeChecked();
  await expect(rest.segment.locator("option:checked")).toHaveText("Fair of the import");
  await expect(rest.name).toHaveValue("Or this one");
});
