import { expect, test } from "bun:test";
import { until } from "@mailwright/testing";
import { gatewayLedger, launchCampaign, reached } from "./campaign.ts";
import { startInstallation } from "./installation.ts";

/** Bun by itself makes 256 requests at once; all others wait, though nothing says so. */
const AT_ONCE = 400;

test("as many attempts are made at once as the process was told, and web hears of them while none is answered", async () => {
  await using all = await startInstallation({
    emailClientEnv: { SEND_CONCURRENCY: String(AT_ONCE), ATTEMPT_DEADLINE_MS: "60000" },
  });
  const unanswered = Array.from({ length: AT_ONCE }, () => ({ hang: "after", accept: true }));
  await all.mock("PUT", "/script", unanswered);
  const campaign = await launchCampaign(all, AT_ONCE);
  await until(async () => (await gatewayLedger(all)).length === AT_ONCE, {
    what: `${AT_ONCE} emails to be at the gateway`,
    timeoutMs: 30_000,
    everyMs: 50,
  });
  await reached(all, campaign, ["sending"], AT_ONCE);
  expect(new Set((await gatewayLedger(all)).map(({ key }) => key)).size).toBe(AT_ONCE);
});
