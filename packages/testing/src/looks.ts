import type { Page } from "@playwright/test";
import axe from "axe-core";

/**
 * How every page has to look good: on a desktop and on a phone, by day and by night. Two of them are examined in full;
 * what can differ in the others is the contrast.
 */
export const LOOKS = [
  { width: 1440, colorScheme: "light", examine: "everything" },
  { width: 1440, colorScheme: "dark", examine: "contrast" },
  { width: 390, colorScheme: "dark", examine: "everything" },
  { width: 390, colorScheme: "light", examine: "contrast" },
] as const;

export type Look = Pick<(typeof LOOKS)[number], "width" | "colorScheme">;

/**
 * All that is wrong with the page at an address, in any look: that it is no page, what axe finds, what sticks out, what lies
 * on something else.
 */
export async function lookThrough(page: Page, url: string): Promise<string[]> {
  await dress(page, LOOKS[0]);
  const status = (await page.goto(url))?.status();
  const faults = status === 200 ? [] : [`It answered ${status}.`];
  for (const look of LOOKS) {
    await dress(page, look);
    const found = await axeFaults(page, look.examine);
    const beside = await overflow(page);
    if (beside > 0) found.push(`It sticks out by ${beside} px.`);
    found.push(...(await coveredRows(page)));
    faults.push(...found.map((fault) => `${look.width} px, ${look.colorScheme}: ${fault}`));
  }
  return faults;
}

/** Shows a page in a look; one that is shown already changes in its place. */
export async function dress(page: Page, { width, colorScheme }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height: 900 });
}

/** Of a table the first rows are examined, since the others are made like them and there are fifty. */
const FURTHER_ROWS = "tbody > tr:nth-child(n + 6)";

const RULES = {
  everything: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  contrast: { type: "rule", values: ["color-contrast"] },
} as const;

/**
 * What axe finds on a page, a line each, whatever its weight. Of frames it looks at the element, since what is inside is
 * somebody else's. Asked directly and for violations alone it takes a third of the time that its own adapter takes.
 */
export async function axeFaults(
  page: Page,
  examine: keyof typeof RULES = "everything",
): Promise<string[]> {
  // By a protocol that the page's policy does not bind.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  const asked = [
    { exclude: [[FURTHER_ROWS]] },
    { runOnly: RULES[examine], resultTypes: ["violations"], iframes: false },
  ];
  const { violations } = await page.evaluate<axe.AxeResults>(
    `axe.run(...${JSON.stringify(asked)})`,
  );
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${impact} ${id} ${target.join(" ")}: ${failureSummary}`,
    ),
  );
}

/** How far a page stands out to the side of the window, in pixels. */
async function overflow(page: Page): Promise<number> {
  return await page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
}

/** A line for each table where a button lies in the space of what heads its row. */
async function coveredRows(page: Page): Promise<string[]> {
  return await page.evaluate<
    string[]
  >(`[...document.querySelectorAll("table.table")].flatMap((table) => {
    const covered = [...table.querySelectorAll("tbody > tr")].some((row) => {
      const heading = row.querySelector("[data-primary]");
      const buttons = row.querySelector("[data-quiet]")?.getBoundingClientRect();
      if (!heading || !buttons || buttons.width === 0) return false;
      const text = heading.getBoundingClientRect();
      const end = text.right - parseFloat(getComputedStyle(heading).paddingInlineEnd);
      return (
        text.left < buttons.right && buttons.left < end &&
        text.top < buttons.bottom && buttons.top < text.bottom
      );
    });
    return covered ? ["The buttons of “" + table.caption.textContent + "” lie on its rows."] : [];
  })`);
}
