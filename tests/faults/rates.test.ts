import { expect, test } from "bun:test";
import { calmOf } from "../harness/stretches.ts";
import { ended, launchCampaign } from "../system/campaign.ts";
import { startInstallation } from "../system/installation.ts";
import { breachesOfRate, limitsOf, mostBlur } from "./rates.ts";
import { RATE, SLOW } from "./world.ts";

const whole = { from: 0, to: 60_000 };
const limited = (times: number[]) => ({ of: "the gateway", perSecond: RATE, times });

/** So many a second, one after another, for so many seconds. */
function steadily(perSecond: number, seconds: number, from = 0) {
  return Array.from({ length: perSecond * seconds }, (_, n) => from + (n * 1_000) / perSecond);
}

test("a gateway that is called at its rate, in bunches as a busy machine makes them, is left alone", () => {
  const bunched = limited(steadily(RATE, 60).map((at) => Math.ceil(at / 500) * 500));
  expect(breachesOfRate(bunched, [whole])).toEqual([]);
  expect(Math.round(mostBlur(bunched, [whole]))).toBe(383);
});

test("twice the rate is found within a second, and in the middle of what is right", () => {
  const twice = limited([
    ...steadily(RATE, 20),
    ...steadily(2 * RATE, 1, 20_000),
    ...steadily(RATE, 20, 21_000),
  ]);
  expect(breachesOfRate(twice, [whole])).toMatchObject([
    { invariant: "G rates", about: "the gateway", during: whole },
  ]);
});

test("what came while attempts were held back and let go is not judged", () => {
  const held = limited([
    ...steadily(RATE, 10),
    ...steadily(100 * RATE, 1, 20_000),
    ...steadily(RATE, 10, 30_000),
  ]);
  const calm = calmOf(whole, [{ from: 18_000, to: 22_000 }]);
  expect(breachesOfRate(held, calm)).toEqual([]);
  expect(breachesOfRate(held, [whole])).toHaveLength(1);
});

test("a recipient domain is judged by its own rate", async () => {
  await using all = await startInstallation();
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: RATE });
  const from = Date.now();
  await ended(all, await launchCampaign(all, 2 * RATE, { domains: [SLOW.domain, "example.com"] }));
  const limits = await limitsOf(all);
  expect(limits.flatMap((each) => breachesOfRate(each, [{ from, to: Date.now() }]))).toMatchObject([
    { invariant: "G rates", about: `${SLOW.domain} by the gateway` },
  ]);
});
