import { expect, test } from "bun:test";
import { parseReports } from "./reports.ts";
import { type ReceiverOptions, receive } from "./receive.ts";
import { type ServiceKey, sign } from "./signing.ts";

const key: ServiceKey = { id: "k1", bytes: new Uint8Array(32).fill(7) };
const now = Date.UTC(2026, 10, 24);

function receiver(): ReceiverOptions {
  const seen = new Set<string>();
  return {
    keys: [key],
    now: () => now,
    rememberNonce: async (nonce) => !seen.has(nonce) && Boolean(seen.add(nonce)),
  };
}

function signedCall(body: string, nonce: string = crypto.randomUUID()): Request {
  const parts = { method: "POST", path: "/internal/reports", body };
  return new Request("http://localhost/internal/reports", {
    method: "POST",
    body,
    headers: sign(parts, key, now, nonce),
  });
}

const take = (request: Request, options = receiver(), limit = 1_000) =>
  receive(request, options, limit, parseReports);

test("a signed call of the right shape is opened", async () => {
  expect(await take(signedCall('{"reports":[1]}'))).toEqual({ ok: true, value: { reports: [1] } });
});

test("a replayed call is refused, whatever it says", async () => {
  const options = receiver();
  await take(signedCall('{"reports":[1]}', "the-very-same-nonce"), options);
  expect(await take(signedCall('{"reports":[1]}', "the-very-same-nonce"), options)).toEqual({
    ok: false,
    refusal: { status: 401, title: "The call was made before" },
  });
});

test("an unsigned call is refused and its nonce is not remembered", async () => {
  const unsigned = new Request("http://localhost/internal/reports", {
    method: "POST",
    body: '{"reports":[1]}',
  });
  expect(await take(unsigned)).toMatchObject({ ok: false, refusal: { status: 401 } });
});

test("a body over the limit is refused while it is read, also when its length is not announced", async () => {
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(400)),
  });
  const request = new Request("http://localhost/internal/reports", {
    method: "POST",
    body: endless,
  });
  expect(await take(request)).toMatchObject({ ok: false, refusal: { status: 413 } });
  expect(await take(signedCall("x".repeat(1_001)))).toMatchObject({
    ok: false,
    refusal: { status: 413 },
  });
});

test("what is not JSON is 400, and what does not fit is 422 with the name of the field", async () => {
  expect(await take(signedCall("{"))).toMatchObject({ ok: false, refusal: { status: 400 } });
  expect(await take(signedCall('{"reports":[]}'))).toMatchObject({
    ok: false,
    refusal: { status: 422, field: "reports" },
  });
});
