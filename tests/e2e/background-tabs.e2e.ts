import type { BrowserContext } from "@playwright/test";
import { makeDraft } from "./draft.ts";
import { expect, test } from "./fixtures.ts";

/** More than the six connections that a browser opens to one host over HTTP/1.1. */
const TABS = 8;

test("tabs that were opened in the background hold no connections, and are up to date once they are shown", async ({
  owner: page,
  place: { installation, address },
}) => {
  await makeDraft(installation, "Before the tabs", 1);
  const open = streamsOf(page.context());
  const tabs = [];
  for (let n = 0; n < TABS; n++) {
    const tab = await page.context().newPage();
    await tab.addInitScript(OPENED_IN_THE_BACKGROUND);
    await tab.goto(address);
    tabs.push(tab);
  }
  await expect(() => expect(open.begun).toBe(TABS)).toPass();
  await expect(() => expect(open.now.size).toBe(0)).toPass({ timeout: 15_000 });

  const { id, name } = await makeDraft(installation, "After the tabs", 1);
  await installation.api("POST", `/campaigns/${id}/launch`);
  for (const tab of tabs) {
    await tab.evaluate("tabIsShown(true)");
    await expect(tab.locator("#activity").getByText(name).first()).toBeVisible();
    expect(open.now.size).toBe(1);
    await tab.evaluate("tabIsShown(false)");
    await expect(() => expect(open.now.size).toBe(0)).toPass({ timeout: 15_000 });
  }
});

/** The streams of a browser: how many began, and which are open. */
function streamsOf(context: BrowserContext) {
  const streams = { begun: 0, now: new Set<object>() };
  context.on("request", (request) => {
    if (!request.url().endsWith("/activity/stream")) return;
    streams.begun += 1;
    streams.now.add(request);
  });
  for (const end of ["requestfinished", "requestfailed"] as const)
    context.on(end as "requestfailed", (request) => streams.now.delete(request));
  return streams;
}

/** Every page of this browser counts as shown, whichever is in front. */
const OPENED_IN_THE_BACKGROUND = `
  let hidden = true;
  Object.defineProperty(document, "hidden", { get: () => hidden });
  Object.defineProperty(document, "visibilityState", { get: () => (hidden ? "hidden" : "visible") });
  window.tabIsShown = (shown) => {
    hidden = !shown;
    document.dispatchEvent(new Event("visibilitychange"));
  };
`;
