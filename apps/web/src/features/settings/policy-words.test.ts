import { expect, test } from "bun:test";
import { describePolicy } from "./policy-words.ts";

test.each([
  [
    { attempts: 4, first_wait_s: 5, max_wait_s: 900, max_age_s: 86_400 },
    "Each email is tried up to 4 times, up to 5 seconds apart at first and 20 seconds at last. No attempt is planned later than 1 day after the first.",
  ],
  [
    { attempts: 2, first_wait_s: 90, max_wait_s: 900, max_age_s: 5_400 },
    "Each email is tried up to 2 times, up to 1 minute 30 seconds apart. No attempt is planned later than 1 hour 30 minutes after the first.",
  ],
  [
    { attempts: 20, first_wait_s: 1, max_wait_s: 3_600, max_age_s: 90_061 },
    "Each email is tried up to 20 times, up to 1 second apart at first and 1 hour at last. No attempt is planned later than 1 day 1 hour after the first.",
  ],
  [
    { attempts: 1, first_wait_s: 1, max_wait_s: 1, max_age_s: 60 },
    "Each email is tried once. What the gateway cannot take then, fails.",
  ],
])("%o is said in a sentence", (policy, sentence) => {
  expect(describePolicy(policy)).toBe(sentence);
});
