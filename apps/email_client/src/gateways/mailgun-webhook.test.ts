import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { jsonCall, NOW } from "../testing/webhooks/provider.ts";
import { mailgun } from "../testing/webhooks/mailgun.ts";
import { mailgunWebhook } from "./mailgun-webhook.ts";

const KEY = "key of the primary account";
const TOKEN = "70b91a64ed0f1bdf90fb9c6ea7e3c31d5792a3d0945ffc20fe";
const HOUR_MS = 3_600_000;

function signatureOf(key: string, at: number): string {
  return createHmac("sha256", key)
    .update(`${at / 1_000}${TOKEN}`)
    .digest("hex");
}

async function received(signature: object) {
  const call = jsonCall({ signature, "event-data": mailgun.recorded[0]?.event });
  const hook = mailgunWebhook(KEY, { now: () => NOW, sleep: () => Promise.resolve() });
  return hook.receive(call, AbortSignal.timeout(1_000));
}

test.each([
  [-6 / 60, "forged"],
  [-4 / 60, "facts"],
  [0, "facts"],
  [8, "facts"],
  [10.01, "forged"],
] as const)("what was signed %d hours ago is %s", async (hours, kind) => {
  const at = NOW - Math.round(hours * HOUR_MS);
  const timestamp = String(at / 1_000);
  const signature = signatureOf(KEY, at);
  expect((await received({ timestamp, token: TOKEN, signature })).kind).toBe(kind);
});

test("its token goes with what it tells, and for how long it would be believed again", async () => {
  const at = NOW - 3 * HOUR_MS;
  const timestamp = String(at / 1_000);
  const reading = await received({ timestamp, token: TOKEN, signature: signatureOf(KEY, at) });
  expect(reading).toMatchObject({ token: { value: TOKEN, believedMs: 7 * HOUR_MS } });
});

test.each([
  ["of the subaccount", "another", KEY, "facts"],
  ["that is its own", KEY, "another", "facts"],
  ["of neither", "another", "a third", "forged"],
] as const)("of a subaccount one signature is enough: %s", async (_which, own, parent, kind) => {
  const timestamp = String(NOW / 1_000);
  const reading = await received({
    timestamp,
    token: TOKEN,
    signature: signatureOf(own, NOW),
    "parent-signature": signatureOf(parent, NOW),
  });
  expect(reading.kind).toBe(kind);
});
