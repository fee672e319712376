import { expect, test } from "bun:test";
import {
  DEFAULT_RETRY_POLICY,
  type EmailRecord,
  newRecord,
  type ReasonCode,
  step,
} from "@mailwright/email_machine";
import { newId, systemClock } from "@mailwright/platform";
import { createRenderer } from "@mailwright/template";
import { createBreaker } from "../gateways/breaker.ts";
import { NOT_SLOWED } from "../gateways/slowdown.ts";
import { smtpGateway } from "../gateways/smtp.ts";
import { content, recipient } from "../testing/factories.ts";
import { type Point, smtpScript } from "../testing/smtp-script.ts";
import { attempt } from "./attempt.ts";

/** Where an email stands after an attempt to which the server said this, or would have. */
async function standingAfter(
  point: Point,
  reply: string,
  notAfter = Number.POSITIVE_INFINITY,
): Promise<EmailRecord | undefined> {
  await using server = smtpScript({ [point]: reply });
  const settings = { host: "127.0.0.1", port: String(server.port), security: "none" };
  const gateway = smtpGateway.open({ settings, secrets: {}, clock: systemClock });
  const frozen = content();
  const ready = {
    content: frozen,
    policy: DEFAULT_RETRY_POLICY,
    render: createRenderer(frozen.template, { campaign: frozen.campaign, sender: frozen.sender }),
  };
  const open = {
    id: newId(),
    version: newId(),
    kind: "smtp",
    name: "Relay",
    gateway,
    repeatWindowMs: undefined,
    breaker: createBreaker(),
    places: undefined,
    ratePerSecond: null,
    domainRate: null,
    domainRates: new Map(),
    slowdown: NOT_SLOWED,
  };
  try {
    const context = {
      clock: systemClock,
      inRenderLane: async <T>(render: () => T) => render(),
      attemptDeadlineMs: 5_000,
      tally: { record: () => {} },
    };
    const event = await attempt(recipient(), ready, open, context, notAfter);
    const begun = step(newRecord(), { type: "START", at: 0 }, DEFAULT_RETRY_POLICY);
    return begun && step(begun.record, event, DEFAULT_RETRY_POLICY)?.record;
  } finally {
    gateway.close?.();
  }
}

test.each<[Point, string, ReasonCode, string | undefined]>([
  ["MAIL", "550 5.7.26 not authenticated", "unauthenticated", "5.7.26"],
  ["RCPT", "550 5.7.23 SPF fail", "unauthenticated", "5.7.23"],
  ["END", "550 5.7.515 access denied", "unauthenticated", "5.7.515"],
  ["END", "550 5.7.28 too much of it", "rejected", undefined],
  ["END", "550 5.1.1 no such user", "rejected", "5.1.1"],
  ["END", "554 no", "rejected", undefined],
  ["MAIL", "550 5.7.1 not your address", "unauthorized", undefined],
])("an email that was refused at %s by %j failed as %s, with the status %p", async (...row) => {
  const [point, reply, code, status] = row;
  const { state, reason } = (await standingAfter(point, reply)) ?? {};
  expect([state, reason]).toEqual([
    "failed",
    {
      code,
      detail: expect.stringContaining("The server answered 55"),
      ...(status !== undefined && { status }),
    },
  ]);
});

test("who comes to the call too late, after standing still, does not make it: it is tried again", async () => {
  const now = systemClock.now();
  expect((await standingAfter("END", "250 taken", now + 60_000))?.state).toBe("sent");
  const late = await standingAfter("END", "250 taken", now);
  expect(late).toMatchObject({ state: "retrying", reason: { code: "unavailable" } });
});
