import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostileText, ManualClock } from "@mailwright/testing";
import fc from "fast-check";
import { Ledger, type LedgerPage } from "./ledger.ts";
import { Lines } from "./lines.ts";
import type { Message } from "./message.ts";
import { startGatewayMock } from "./start.ts";
import { ALWAYS_202, message, post } from "./testing/emails.ts";

async function get(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

test("the ledger is read page by page in the order of acceptance", async () => {
  await using gateway = await startGatewayMock({ config: ALWAYS_202 });
  for (let n = 1; n <= 5; n += 1) await post(gateway, message(`${n}@example.com`));
  const read: [number, string][] = [];
  let after: number | null = 0;
  while (after !== null) {
    const { items, next } = (await get(
      `${gateway.url}/ledger?after=${after}&limit=2`,
    )) as LedgerPage;
    expect(items.length).toBeLessThanOrEqual(2);
    read.push(...items.map(({ n, to }): [number, string] => [n, to]));
    after = next;
  }
  expect(read).toEqual([1, 2, 3, 4, 5].map((n) => [n, `${n}@example.com`]));
  expect(await get(`${gateway.url}/ledger?after=5`)).toEqual({ items: [], next: null });
});

test.each(["after=-1", "after=x", "limit=0", "limit=1e3", "limit=10001"])(
  "the page %s does not exist: 422",
  async (query) => {
    await using gateway = await startGatewayMock();
    expect((await fetch(`${gateway.url}/ledger?${query}`)).status).toBe(422);
  },
);

function keyed(key: string): Message {
  return message("a@example.com", { "X-Mailwright-Email": key });
}

test("the summary counts answers, keys and keys that were accepted again", async () => {
  await using gateway = await startGatewayMock({ config: ALWAYS_202 });
  for (const key of ["a", "b", "a", "c", "a"]) await post(gateway, keyed(key));
  await post(gateway, message("a@example.com"));
  gateway.script.set([{ status: 500 }, { cut: "before" }]);
  await post(gateway, keyed("b"));
  await post(gateway, keyed("b")).catch(() => {});
  const summary = {
    accepted: 6,
    distinct_keys: 3,
    without_key: 1,
    repeated: [{ key: "a", accepted: 3 }],
    replayed: 0,
    answers: { 202: 6, 500: 1 },
    unanswered: 1,
  };
  expect(await get(`${gateway.url}/ledger/summary`)).toEqual(summary);

  expect((await fetch(`${gateway.url}/ledger`, { method: "DELETE" })).status).toBe(204);
  expect(await get(`${gateway.url}/ledger/summary`)).toEqual({
    ...summary,
    accepted: 0,
    distinct_keys: 0,
    without_key: 0,
    repeated: [],
    answers: {},
    unanswered: 0,
  });
  await post(gateway, keyed("a"));
  expect(gateway.ledger.summary()).toMatchObject({ accepted: 1, repeated: [] });
});

test("the key is the request's own, else one of the message's headers", async () => {
  await using gateway = await startGatewayMock({ config: ALWAYS_202 });
  const all = {
    "MESSAGE-ID": "<id@example.com>",
    "X-Mailwright-Email": "email",
    "idempotency-key": "own",
  };
  const { "idempotency-key": _own, ...two } = all;
  await post(gateway, message("a@example.com", all), { headers: { "Idempotency-Key": "request" } });
  await post(gateway, message("a@example.com", all));
  await post(gateway, message("a@example.com", two));
  await post(gateway, message("a@example.com", { "Message-Id": "<id@example.com>" }));
  await post(gateway, message("a@example.com", { "X-Other": "x" }));
  expect(gateway.ledger.page(0, 10).items.map(({ key }) => key)).toEqual([
    "request",
    "own",
    "email",
    "<id@example.com>",
    null,
  ]);
});

test("each acceptance is in the file before it is answered, and a second run adds to it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gateway-mock-"));
  const ledgerFile = join(folder, "ledger.jsonl");
  const lines = () =>
    readFileSync(ledgerFile, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { to: string; message_id: string });
  try {
    for (let run = 1; run <= 2; run += 1) {
      await using gateway = await startGatewayMock({ config: { ...ALWAYS_202, ledgerFile } });
      const { message_id } = (await (
        await post(gateway, message(`${run}@example.com`))
      ).json()) as { message_id: string };
      expect(lines().length).toBe(run);
      expect(lines().at(-1)).toMatchObject({ to: `${run}@example.com`, message_id });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("only the newest thousand messages are kept whole", () => {
  const clock = new ManualClock();
  using ledger = new Ledger(clock);
  for (let n = 1; n <= 1_500; n += 1) {
    ledger.accept(message(`${n}@example.com`, { N: String(n) }), "user", null);
  }
  expect(ledger.message(500)).toBeUndefined();
  expect(ledger.message(501)?.to.email).toBe("501@example.com");
  expect(ledger.message(1_500)?.to.email).toBe("1500@example.com");
  expect(ledger.message(1_501)).toBeUndefined();
  expect([ledger.item(500)?.headers, ledger.item(501)?.headers]).toEqual([null, { N: "501" }]);
  expect([ledger.item(0), ledger.item(1.5), ledger.item(1_501)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(ledger.item(1)).toEqual({
    n: 1,
    at: "2026-01-01T00:00:00.000Z",
    key: null,
    to: "1@example.com",
    subject: "News for 1@example.com",
    message_id: expect.any(String),
    username: "user",
    headers: null,
  });
});

test("a message longer than any email is counted, but not kept", () => {
  using ledger = new Ledger(new ManualClock());
  ledger.accept({ ...message("a@example.com"), text: "x".repeat(600_000) }, "user", "key");
  expect([ledger.accepted, ledger.message(1)]).toEqual([1, undefined]);
});

test("lines come back as they were put in, over many chunks", () => {
  fc.assert(
    fc.property(fc.array(hostileText()), (texts) => {
      const lines = new Lines();
      const filler = "漢".repeat(100_000);
      for (const text of texts) {
        lines.append(text);
        lines.append(filler);
      }
      expect(texts.map((_, index) => lines.at(index * 2))).toEqual(
        texts.map((text) => text.toWellFormed()),
      );
      expect(texts.every((_, index) => lines.at(index * 2 + 1) === filler)).toBe(true);
    }),
    { numRuns: 20 },
  );
});
