import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Clock, newId } from "@mailwright/platform";
import { type WebhookFact, WebhookAnswer } from "@mailwright/protocol";
import { Value } from "@sinclair/typebox/value";
import { PROVIDERS } from "../testing/webhooks/all.ts";
import { EMAIL, type Forgery, NOW, type Provider } from "../testing/webhooks/provider.ts";
import { standardCall } from "../testing/webhooks/standard.ts";
import { ADAPTERS } from "./kinds.ts";
import type { WebhookReading, WebhookRequest } from "./webhook.ts";

/** What the webhooks of every provider have to keep, held against its recorded shapes. */
const CASES = PROVIDERS.map((provider) => [provider.adapter.kind, provider] as const);

const clock: Clock = { now: () => NOW, sleep: () => Promise.resolve() };

function receive(provider: Provider, request: WebhookRequest, secrets = provider.secrets) {
  const opened = provider.open?.(provider.settings, clock);
  if (opened !== undefined) return opened.receive(request, AbortSignal.timeout(5_000));
  const gateway = provider.adapter.open({ settings: provider.settings, secrets, clock });
  try {
    return gateway.webhook!.receive(request, AbortSignal.timeout(5_000));
  } finally {
    gateway.close?.();
  }
}

function factsIn(reading: WebhookReading): WebhookFact[] {
  expect(reading.kind).toBe("facts");
  return reading.kind === "facts" ? reading.facts : [];
}

/** Whether web would take it. */
function isAnswer(reading: WebhookReading): boolean {
  const gateway = { kind: "x", name: "x" };
  return Value.Check(WebhookAnswer, { gateway, ...reading });
}

test("every kind that has a webhook keeps the contract", () => {
  expect(PROVIDERS.map(({ adapter }) => adapter.kind).toSorted()).toEqual(
    ADAPTERS.filter(({ webhook }) => webhook !== undefined)
      .map(({ kind }) => kind)
      .toSorted(),
  );
});

test.each(["postmark", "mailjet", "brevo", "seed", "resend"])(
  "%s: a secret that somebody chose is no short one",
  (kind) => {
    const adapter = ADAPTERS.find((each) => each.kind === kind);
    const faults = ["", "x".repeat(15), "x".repeat(16)].map((webhook_secret) =>
      adapter?.faults?.({}, { webhook_secret }).map(({ field }) => field),
    );
    expect(faults).toEqual([[], ["webhook_secret"], []]);
  },
);

const KEYLESS = ["whsec_", "whsec_!!!", `whsec_${Buffer.alloc(15, 1).toString("base64")}`];

test.each(["seed", "resend"])("%s: a secret whose key is empty or short is none", async (kind) => {
  const provider = PROVIDERS.find(({ adapter }) => adapter.kind === kind)!;
  const prefix = kind === "seed" ? "webhook" : "svix";
  const keys = KEYLESS.map((secret) => Buffer.from(secret.slice("whsec_".length), "base64"));
  const secrets = [...KEYLESS, "x".repeat(15)];
  for (const [index, webhook_secret] of secrets.entries()) {
    const key = keys[index] ?? Buffer.from(webhook_secret);
    const request = standardCall(provider.recorded[0]?.event, prefix, key);
    expect(await receive(provider, request, { ...provider.secrets, webhook_secret })).toMatchObject(
      { kind: "forged", doubt: "no_secret" },
    );
    expect(provider.adapter.faults?.({}, { webhook_secret })).toMatchObject([
      { field: "webhook_secret" },
    ]);
  }
  const { webhook_secret = "" } = provider.secrets;
  expect(provider.adapter.faults?.({}, { webhook_secret })).toEqual([]);
});

describe.each(CASES)("%s", (_kind, provider) => {
  const { recorded } = provider;

  test.each(recorded.map(({ what, event, fact }) => [what, event, fact] as const))(
    "reads what it tells: %s",
    async (_what, event, fact) => {
      const [first, ...more] = factsIn(await receive(provider, provider.call([event])));
      if (fact === undefined) expect(first).toBeUndefined();
      else
        expect(first).toEqual({
          email: EMAIL,
          key: expect.any(String),
          ...fact,
        } as WebhookFact);
      expect(more).toEqual([]);
    },
  );

  test("names a fact the same whenever it is told, and two of them differently", async () => {
    const keys = new Set<string>();
    const tell = async () => {
      const facts: WebhookFact[] = [];
      for (const { event } of recorded)
        facts.push(...factsIn(await receive(provider, provider.call([event]))));
      for (const { kind, key } of facts) keys.add(`${kind} ${key}`);
      return facts;
    };
    expect(await tell()).toEqual(await tell());
    expect(keys.size).toBe(recorded.filter(({ fact }) => fact !== undefined).length);
  });

  test("reads several at once, in any order", async () => {
    const events = recorded.map(({ event }) => event);
    const wanted = provider.batches ? recorded.filter(({ fact }) => fact !== undefined).length : 1;
    const one = recorded.find(({ fact }) => fact !== undefined);
    const call = provider.call(provider.batches ? events.toReversed() : [one?.event]);
    expect(factsIn(await receive(provider, call)).length).toBe(wanted);
  });

  const forgeries: Forgery[] = [
    "unsigned",
    "other secret",
    ...(provider.signs.body ? (["other body"] as const) : []),
    ...(provider.signs.time ? (["old"] as const) : []),
  ];

  test.each(forgeries)("does not believe what is forged: %s", async (forgery) => {
    const events = recorded.map(({ event }) => event);
    const request = provider.call(provider.batches ? events : events.slice(0, 1), forgery);
    expect(await receive(provider, request)).toMatchObject({
      kind: "forged",
      doubt: DOUBTS[forgery],
    });
  });

  test("believes nothing while no secret is set", async () => {
    const { webhook_secret: _gone, ...secrets } = provider.secrets;
    const settings = Object.fromEntries(
      Object.entries(provider.settings).filter(([name]) => !name.startsWith("webhook_")),
    );
    const request = provider.call([recorded[0]?.event]);
    expect(await receive({ ...provider, settings }, request, secrets)).toMatchObject({
      kind: "forged",
      doubt: "no_secret",
    });
  });

  test("fuzzed: whatever comes, it never throws, believes nothing that is not signed, and tells only what web takes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 400 }),
        fc.dictionary(fc.constantFrom(...HEADERS), fc.string({ unit: "binary", maxLength: 80 })),
        async (body, headers) => {
          const reading = await receive(provider, { headers, body });
          expect(reading.kind).toBe("forged");
        },
      ),
      { numRuns: 60 },
    );
  });

  test("fuzzed: events of any shape that are signed are read as far as they make sense", async () => {
    const [sample] = recorded;
    await fc.assert(
      fc.asyncProperty(mutated(sample?.event), async (event) => {
        const reading = await receive(provider, provider.call([event]));
        expect(reading.kind).not.toBe("forged");
        expect(isAnswer(reading)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

/** What a person is told to mend. */
const DOUBTS: Record<Forgery, string> = {
  unsigned: "unsigned",
  "other secret": "signature",
  "other body": "signature",
  old: "old",
};

const HEADERS = [
  "authorization",
  "content-type",
  "svix-id",
  "svix-timestamp",
  "svix-signature",
  "webhook-id",
  "webhook-timestamp",
  "webhook-signature",
  "x-amz-sns-message-type",
  "x-twilio-email-event-webhook-signature",
  "x-twilio-email-event-webhook-timestamp",
];

/** An event in which some values are others than they should be, or any JSON at all. */
function mutated(event: unknown): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.constantFrom("", -1, 1e300, "2026-13-45", EMAIL.toUpperCase(), newId(), null, [], {}),
  );
  const keys = typeof event === "object" && event !== null ? Object.keys(event) : [];
  const changes = fc.dictionary(fc.constantFrom(...keys, "x"), odd, { maxKeys: 3 });
  return fc.oneof(
    fc.jsonValue(),
    changes.map((changed) => ({ ...(event as object), ...changed })),
  );
}
