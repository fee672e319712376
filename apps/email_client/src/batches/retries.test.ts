import { describe, expect, test } from "bun:test";
import type { Report } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { finished, send, setUp } from "../testing/client.ts";
import { recipients } from "../testing/factories.ts";

const story = (history: Report[]) => history.map(({ event, state }) => `${event} ${state}`);

describe("an email that the gateway could not take", () => {
  test("waits until it is due, and then is sent", async () => {
    await using given = await setUp();
    const { gateway, web } = given;
    gateway.answer = ({ attempt }) => (attempt < 3 ? 500 : "accept");
    const handed = await send(given, 30);
    expect(await finished(given, handed)).toEqual({ sent: 30 });
    for (const { id } of handed.recipients) {
      const history = web.historyOf(id);
      expect(story(history)).toEqual([
        "START sending",
        "UNAVAILABLE retrying",
        "DUE sending",
        "UNAVAILABLE retrying",
        "DUE sending",
        "ACCEPTED sent",
      ]);
      for (const [index, { due, at }] of history.entries()) {
        if (due === undefined) continue;
        expect(due).toBeGreaterThanOrEqual(at);
        expect(history[index + 1]!.at).toBeGreaterThanOrEqual(due);
      }
    }
    expect(web.gaps()).toEqual([]);
  });

  test("goes back to the queue when its wait is too long to be sat out, and comes back in time", async () => {
    await using given = await setUp({ pace: { sitOutMs: 20 } });
    const { gateway, web } = given;
    gateway.answer = ({ attempt }) => (attempt === 1 ? 502 : "accept");
    const handed = await send(given, 5, { first_wait_s: 0.6, max_wait_s: 0.6 });
    expect(await finished(given, handed)).toEqual({ sent: 5 });
    for (const { id } of handed.recipients) {
      const [, waits, starts] = web.historyOf(id);
      expect(starts!.at).toBeGreaterThanOrEqual(waits!.due!);
      expect(starts!.at).toBeLessThan(waits!.due! + 2_000);
    }
  });

  test("fails when it was tried as often as it may be, and says what the last attempt came to", async () => {
    await using given = await setUp();
    const { gateway, web } = given;
    gateway.answer = () => 503;
    const handed = await send(given, 2, { attempts: 3 });
    expect(await finished(given, handed)).toEqual({ failed: 2 });
    expect(gateway.received).toHaveLength(6);
    expect(web.historyOf(handed.recipients[0]!.id).at(-1)).toMatchObject({
      attempt: 3,
      error: { code: "exhausted", detail: "The last attempt: The gateway answered 503." },
    });
  });

  test("fails when it has waited longer than the campaign allows, and is forgotten as every other", async () => {
    await using given = await setUp();
    const { gateway, web } = given;
    gateway.answer = () => 503;
    const policy = { attempts: 100, first_wait_s: 0.9, max_wait_s: 0.9, max_age_s: 1 };
    const handed = await send(given, 3, policy);
    expect(await finished(given, handed)).toEqual({ failed: 3 });
    expect(web.historyOf(handed.recipients[0]!.id).at(-1)).toMatchObject({
      event: "DUE",
      state: "failed",
      error: { code: "expired" },
    });
  });

  test("original, weakness 9: waits for nobody else's slow answer", async () => {
    await using given = await setUp();
    const { gateway, web } = given;
    const [slow, ...others] = recipients(10);
    const held = Promise.withResolvers<void>();
    gateway.answer = async ({ key, attempt }) => {
      if (key === slow!.id) await held.promise;
      return attempt === 1 ? 500 : "accept";
    };
    const handed = await send(given, 0, {}, { recipients: [slow!, ...others] });
    await until(() => others.every(({ id }) => web.stateOf(id) === "sent"));
    expect(web.stateOf(slow!.id)).toBe("sending");
    held.resolve();
    expect(await finished(given, handed)).toEqual({ sent: 10 });
  });
});

function tooMany(headers: Record<string, string>): Response {
  return new Response(null, { status: 429, headers });
}

describe("a gateway that throttles", () => {
  test("original, weakness 8: is left alone by all for as long as it asked, and no attempt is spent", async () => {
    await using given = await setUp({ config: { concurrency: 1 } });
    const { gateway, web } = given;
    gateway.answer = ({ attempt }) =>
      attempt === 1 && gateway.received.length === 1 ? tooMany({ "retry-after": "1" }) : "accept";
    const handed = await send(given, 4, { attempts: 1 });
    expect(await finished(given, handed)).toEqual({ sent: 4 });
    const [throttled, ...later] = gateway.received;
    for (const { at } of later) expect(at - throttled!.at).toBeGreaterThan(900);
    expect(web.historyOf(throttled!.key).map(({ event, attempt }) => [event, attempt])).toEqual([
      ["START", 1],
      ["THROTTLED", 1],
      ["DUE", 2],
      ["ACCEPTED", 2],
    ]);
  });

  test.each([
    ["without saying for how long", {}],
    ["and asks for no time at all", { "retry-after": "0" }],
  ])("%s is asked again after the ordinary wait", async (_how, headers) => {
    await using given = await setUp();
    const { gateway, web } = given;
    gateway.answer = ({ attempt }) => (attempt < 4 ? tooMany(headers) : "accept");
    const policy = { attempts: 1, first_wait_s: 0.2, max_wait_s: 0.2 };
    const handed = await send(given, 4, policy);
    expect(await finished(given, handed)).toEqual({ sent: 4 });
    expect(gateway.received).toHaveLength(16);
    for (const { at, due } of web.historyOf(handed.recipients[0]!.id))
      if (due !== undefined) expect(due - at).toBeGreaterThanOrEqual(20);
  });
});

describe("original, weakness 7: an attempt without an answer", () => {
  test("is uncertain and never made again", async () => {
    await using given = await setUp({ config: { attemptDeadlineMs: 150 } });
    const { gateway, web } = given;
    gateway.answer = () => "silence";
    const handed = await send(given, 4, { when_uncertain: "hold" });
    expect(await finished(given, handed)).toEqual({ uncertain: 4 });
    expect(gateway.received).toHaveLength(4);
    const silence = "The gateway did not answer in time.";
    expect(web.historyOf(handed.recipients[0]!.id)).toMatchObject([
      { event: "START", state: "sending" },
      { event: "AMBIGUOUS", state: "resolving", error: { code: "ambiguous", detail: silence } },
      {
        event: "UNRESOLVED",
        state: "uncertain",
        error: {
          code: "unresolved",
          detail: `Nobody can tell whether the gateway took it. ${silence}`,
        },
      },
    ]);
  });

  test("is made again where the campaign says rather twice than never", async () => {
    await using given = await setUp({ config: { attemptDeadlineMs: 150 } });
    const { gateway, web } = given;
    gateway.answer = ({ attempt }) => (attempt === 1 ? "silence" : "accept");
    const handed = await send(given, 4, { when_uncertain: "resend" });
    expect(await finished(given, handed)).toEqual({ sent: 4 });
    expect(gateway.received).toHaveLength(8);
    expect(story(web.historyOf(handed.recipients[0]!.id))).toEqual([
      "START sending",
      "AMBIGUOUS resolving",
      "UNRESOLVED retrying",
      "DUE sending",
      "ACCEPTED sent",
    ]);
  });

  test("stays in doubt whatever the attempts after it come to, but for an acceptance", async () => {
    await using given = await setUp({ config: { attemptDeadlineMs: 150 } });
    const { gateway, web } = given;
    gateway.answer = ({ attempt }) => (attempt === 1 ? "silence" : 503);
    const policy = { attempts: 2, first_wait_s: 0.05, max_wait_s: 0.05, when_uncertain: "resend" };
    const handed = await send(given, 4, policy as never);
    expect(await finished(given, handed)).toEqual({ uncertain: 4 });
    expect(story(web.historyOf(handed.recipients[0]!.id))).toEqual([
      "START sending",
      "AMBIGUOUS resolving",
      "UNRESOLVED retrying",
      "DUE sending",
      "UNAVAILABLE uncertain",
    ]);
  });
});
