import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

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

export async function dress(page: Page, { width, colorScheme }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height: 900 });
}

/**
 * What axe finds on a page. Of frames it looks at the element, since what is inside is somebody else's; of a table at the
 * first rows, since the others are made like them and there are fifty.
 */
export async function axeFaults(
  page: Page,
  examine: "everything" | "contrast" = "everything",
): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().exclude("tbody > tr:nth-child(n + 6)");
  if (examine === "contrast") axe.withRules(["color-contrast"]);
  else axe.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${impact} ${id} ${target.join(" ")}: ${failureSummary}`,
    ),
  );
}

/** How far a page stands out to the side of the window, in pixels. */
export async function overflow(page: Page): Promise<number> {
  return await page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
}
