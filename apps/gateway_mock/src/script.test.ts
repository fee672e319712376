import { describe, expect, test } from "bun:test";
import { ManualClock, until } from "@mailwright/testing";
import type { ScriptedAnswer } from "./script.ts";
import { type GatewayMock, startGatewayMock } from "./start.ts";
import { ALWAYS_202, message, post } from "./testing/emails.ts";

async function scripted(answers: ScriptedAnswer[], clock?: ManualClock): Promise<GatewayMock> {
  const gateway = await startGatewayMock({ config: ALWAYS_202, ...(clock && { clock }) });
  const response = await fetch(`${gateway.url}/script`, {
    method: "PUT",
    body: JSON.stringify(answers),
  });
  expect(response.status).toBe(200);
  return gateway;
}

const email = message("ann@example.com");

test("prepared answers come in their order, then the odds again", async () => {
  await using gateway = await scripted([
    { status: 500 },
    { status: 429, retry_after: 17 },
    { status: 429, retry_after: "Wed, 21 Oct 2065 07:28:00 GMT", times: 2 },
    { status: 403 },
  ]);
  const seen: [number, string | null][] = [];
  for (let n = 0; n < 6; n += 1) {
    const response = await post(gateway, email);
    seen.push([response.status, response.headers.get("retry-after")]);
  }
  expect(seen).toEqual([
    [500, null],
    [429, "17"],
    [429, "Wed, 21 Oct 2065 07:28:00 GMT"],
    [429, "Wed, 21 Oct 2065 07:28:00 GMT"],
    [403, null],
    [202, null],
  ]);
  expect(gateway.ledger.accepted).toBe(1);
});

test("an answer for one address waits for it and lets others pass", async () => {
  await using gateway = await scripted([{ status: 400, match: { to: "Bob@Example.com" } }]);
  expect((await post(gateway, email)).status).toBe(202);
  expect((await post(gateway, message("bob@example.com"))).status).toBe(400);
  expect((await post(gateway, message("bob@example.com"))).status).toBe(202);
});

test("a script can be looked at and taken back", async () => {
  await using gateway = await scripted([{ status: 500, times: 3 }]);
  await post(gateway, email);
  expect(await (await fetch(`${gateway.url}/script`)).json()).toEqual([{ status: 500, times: 2 }]);
  expect((await fetch(`${gateway.url}/script`, { method: "DELETE" })).status).toBe(204);
  expect((await post(gateway, email)).status).toBe(202);
});

test.each<[unknown, number, string | undefined]>([
  ["{", 400, undefined],
  [{}, 422, "The script: Expected array"],
  [[{ status: 99 }], 422, "/0/status: Expected integer to be greater or equal to 200"],
  [[{ statsu: 500 }], 422, "/0/statsu: Unexpected property"],
  [[{ cut: "during" }], 422, "/0/cut: Expected union value"],
])("%j is no script: %i", async (body, status, detail) => {
  await using gateway = await startGatewayMock({ config: ALWAYS_202 });
  gateway.script.set([{ status: 403 }]);
  const response = await fetch(`${gateway.url}/script`, {
    method: "PUT",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const { detail: said } = (await response.json()) as { detail?: string };
  expect([response.status, said]).toEqual([status, detail]);
  expect(gateway.script.rest).toEqual([{ status: 403, times: 1 }]);
});

describe("no answer", () => {
  test.each([
    ["before", 0],
    ["after", 1],
  ] as const)("a connection cut %s acceptance is reset: %i accepted", async (cut, accepted) => {
    await using gateway = await scripted([{ cut }]);
    await expect(post(gateway, email)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(gateway.ledger.summary()).toMatchObject({ accepted, answers: {}, unanswered: 1 });
    expect((await post(gateway, email)).status).toBe(202);
  });

  test.each([
    ["before", 0],
    ["after", 1],
  ] as const)(
    "one that hangs %s acceptance stays open until the caller goes",
    async (hang, accepted) => {
      await using gateway = await scripted([{ hang }]);
      const patience = new AbortController();
      const answer = post(gateway, email, { signal: patience.signal });
      await until(() => gateway.ledger.summary().unanswered === 1);
      let settled = false;
      const settling = () => void (settled = true);
      answer.then(settling, settling);
      expect((await post(gateway, email)).status).toBe(202);
      expect(settled).toBe(false);
      patience.abort();
      await expect(answer).rejects.toThrow("abort");
      expect(gateway.ledger.accepted).toBe(accepted + 1);
    },
  );

  test("stopping drops what hangs", async () => {
    const gateway = await scripted([{ hang: "after" }]);
    const answer = post(gateway, email);
    answer.catch(() => {});
    await until(() => gateway.ledger.accepted === 1);
    await gateway[Symbol.asyncDispose]();
    await expect(answer).rejects.toThrow();
  });
});

describe("slow answers", () => {
  test("a message is accepted at once and answered after the delay", async () => {
    const clock = new ManualClock();
    await using gateway = await scripted([{ delay_ms: 60_000 }], clock);
    const answer = post(gateway, email);
    await until(() => gateway.ledger.accepted === 1);
    expect(gateway.ledger.summary().answers).toEqual({});
    await clock.advance(60_000);
    expect((await answer).status).toBe(202);
  });

  test("a dripping body comes a byte at a time", async () => {
    const clock = new ManualClock();
    await using gateway = await scripted([{ drip_ms: 1_000, body: "abc" }], clock);
    const response = await post(gateway, email);
    const reader = response.body?.getReader();
    let read = "";
    const text = (async () => {
      for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
        read += new TextDecoder().decode(part.value);
      }
    })();
    for (const prefix of ["a", "ab", "abc"]) {
      // The clock may have gone on by more than one byte's time before the byte was read.
      await until(() => read.startsWith(prefix));
      await until(async () => {
        await clock.advance(1_000);
        return read.length > prefix.length || prefix === "abc";
      });
    }
    await text;
    expect(read).toBe("abc");
  });
});

async function answerTo(answer: ScriptedAnswer) {
  await using gateway = await scripted([answer]);
  const response = await post(gateway, email);
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    text,
    accepted: gateway.ledger.accepted,
  };
}

describe("malformed answers", () => {
  test.each<[string, ScriptedAnswer, object]>([
    ["an empty 202", { body: "" }, { status: 202, type: null, text: "", accepted: 1 }],
    ["an empty 200", { status: 200, body: "" }, { status: 200, type: null, text: "", accepted: 1 }],
    ["a 204", { status: 204 }, { status: 204, type: null, text: "", accepted: 1 }],
    [
      "a page of HTML",
      { body: "<h1>Welcome</h1>", content_type: "text/html" },
      { status: 202, type: "text/html", text: "<h1>Welcome</h1>", accepted: 1 },
    ],
    [
      "an id of another type",
      { body: { message_id: 42 } },
      { status: 202, type: "application/json", text: '{"message_id":42}', accepted: 1 },
    ],
    ["no id", { body: null }, { status: 202, type: "application/json", text: "null", accepted: 1 }],
    [
      "a 500 after acceptance",
      { status: 500, accept: true, body: "" },
      { status: 500, accepted: 1 },
    ],
    [
      "a 202 without acceptance",
      { accept: false, body: { message_id: "x" } },
      { status: 202, accepted: 0 },
    ],
  ])("%s", async (_what, answer, expected) => {
    expect(await answerTo(answer)).toMatchObject(expected);
  });

  test("ten megabytes", async () => {
    const { text } = await answerTo({ body_bytes: 10_000_000 });
    expect(text.length).toBe(10_000_000);
  });
});
