import { describe, expect, test } from "bun:test";
import { systemClock } from "@mailwright/platform";
import { EMAIL_HEADERS } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { MESSAGE } from "../testing/messages.ts";
import { SUBJECTS } from "../testing/services/all.ts";
import {
  type FakeService,
  MOODS,
  type Mood,
  RETRY_AFTER_S,
} from "../testing/services/fake-service.ts";
import type { Gateway, GatewayAdapter, Message, Outcome } from "./gateway.ts";
import { ADAPTERS } from "./kinds.ts";
import { refusingUnsafe } from "./unsafe-message.ts";

/** What every adapter has to keep, held against a fake of its service. That the fakes are right is another matter. */
const CASES = SUBJECTS.map((subject) => [subject.adapter.kind, subject] as const);

test("every kind of gateway there is keeps the contract", () => {
  expect(SUBJECTS.map(({ adapter }) => adapter.kind).toSorted()).toEqual(
    ADAPTERS.map(({ kind }) => kind).toSorted(),
  );
});

describe.each(CASES)("%s", (_kind, { adapter, start, nowhere }) => {
  async function withFake(use: (gateway: Gateway, fake: FakeService) => Promise<void>) {
    await using fake = await start();
    const gateway = open(adapter, fake);
    try {
      await use(gateway, fake);
    } finally {
      gateway.close?.();
    }
    expect(fake.faults).toEqual([]);
  }

  test("hands over the whole message, in whatever script it is, and tells its id", () =>
    withFake(async (gateway, fake) => {
      const outcome = await gateway.send(MESSAGE, soon());
      const [taken] = fake.taken;
      expect(outcome).toEqual({ kind: "accepted", messageId: expect.any(String) });
      expect(taken).toMatchObject({
        key: MESSAGE.key,
        from: { name: MESSAGE.from.name, email: MESSAGE.from.email },
        to: [MESSAGE.to],
        replyTo: "help@example.com",
        subject: MESSAGE.subject,
        text: MESSAGE.text,
        html: MESSAGE.html,
      });
      expect(taken?.headers).toMatchObject({ "x-mailwright-email": MESSAGE.key });
    }));

  test.each(EMAIL_HEADERS)("hands over %s as it is, or declares that it does not", (name) =>
    withFake(async (gateway, fake) => {
      await gateway.send(MESSAGE, soon());
      const arrived = unfolded(fake.taken[0]?.headers[name.toLowerCase()]);
      const given = unfolded(MESSAGE.headers[name]);
      const fate = arrived === undefined ? "withheld" : arrived === given ? undefined : "changed";
      const declared = adapter.headerLimits[name]?.kind;
      expect(fate).toBe(declared === "doubtful" ? undefined : declared);
    }),
  );

  test("hands over a message of text alone, to somebody without a name", () =>
    withFake(async (gateway, fake) => {
      const bare: Message = {
        ...MESSAGE,
        from: { name: "", email: "shop@example.com" },
        to: { name: "", email: "zoe@example.org" },
        html: null,
        text: "Hello",
      };
      expect((await gateway.send(bare, soon())).kind).toBe("accepted");
      expect(fake.taken).toMatchObject([
        { from: bare.from, to: [bare.to], replyTo: undefined, text: "Hello", html: null },
      ]);
    }));

  test.each([
    `Zoë" <victim@example.net>, "x`,
    "Zoë, victim@example.net",
    "victim@example.net, Zoë",
    "Zoë <victim@example.net>",
    "(Zoë) ; victim@example.net:",
    "\\",
    `"`,
    `=?utf-8?q?x=0D=0ABcc:_victim@example.net?=`,
  ])("sends to nobody else for the name %j", (name) =>
    withFake(async (gateway, fake) => {
      await gateway.send({ ...MESSAGE, to: { name, email: "zoe@example.org" } }, soon());
      await gateway.send({ ...MESSAGE, from: { ...MESSAGE.from, name } }, soon());
      const sent = fake.taken.map(({ from, to }) => [from.email, ...to.map(({ email }) => email)]);
      expect(sent).toEqual(fake.taken.map(() => ["shop@example.com", "zoe@example.org"]));
      expect(sent.length).toBeGreaterThan(0);
    }),
  );

  test.each(MOODS.map((mood) => [mood, MEANINGS[mood]] as const))(
    "%s is %s, and says nothing that is secret",
    (mood, kind) =>
      withFake(async (gateway, fake) => {
        fake.mood = mood;
        const outcome =
          mood === "silence" ? await lost(gateway, fake) : await gateway.send(MESSAGE, soon());
        expect(outcome.kind).toBe(expected(adapter, mood) ?? kind);
        expect(outcome).toHaveProperty("detail");
        const secrets = Object.values(fake.secrets);
        for (const secret of [...secrets, MESSAGE.to.email, MESSAGE.text])
          expect(JSON.stringify(outcome)).not.toContain(secret);
      }),
  );

  test("tells how long it is to be left alone, where the service says it", () =>
    withFake(async (gateway, fake) => {
      fake.mood = "throttle";
      const { retryAfterMs } = (await gateway.send(MESSAGE, soon())) as { retryAfterMs?: number };
      const says = !["smtp", "ses"].includes(adapter.kind);
      expect(retryAfterMs).toBe(says ? RETRY_AFTER_S * 1_000 : undefined);
    }));

  test("where nobody listens it is known that nothing was taken", async () => {
    await using fake = await start();
    const gateway = open(adapter, { ...fake, settings: nowhere });
    expect((await gateway.send(MESSAGE, soon())).kind).toBe("unavailable");
    expect((await gateway.check(soon())).kind).toBe("unavailable");
    gateway.close?.();
  });

  test("knows a repeated key again exactly if it says so", () =>
    withFake(async (gateway, fake) => {
      fake.mood = "silence";
      const first = await lost(gateway, fake);
      fake.mood = "accept";
      const repeated = await gateway.send(MESSAGE, soon());
      expect([first.kind, repeated.kind]).toEqual(["ambiguous", "accepted"]);
      const isRepeatable = adapter.capabilities.idempotency !== "none";
      expect(fake.taken.length).toBe(isRepeatable ? 1 : 2);
    }));

  test("finds out what became of a lost message exactly if it says so", () =>
    withFake(async (gateway, fake) => {
      expect(gateway.resolve !== undefined).toBe(adapter.capabilities.lookup);
      if (gateway.resolve === undefined) return;
      fake.mood = "silence";
      await lost(gateway, fake);
      expect(await gateway.resolve(MESSAGE.key, soon())).toEqual({
        kind: "confirmed",
        messageId: expect.any(String),
      });
      // Not found may be not yet found: it is never taken for not accepted.
      const unknown = "0195f000-0000-7000-8000-00000000ffff";
      expect(await gateway.resolve(unknown, AbortSignal.timeout(300))).toEqual({ kind: "unknown" });
    }));

  test("an account that may not ask what became of a message knows nothing of it", () =>
    withFake(async (gateway, fake) => {
      if (gateway.resolve === undefined) return;
      await gateway.send(MESSAGE, soon());
      const stranger = open(adapter, {
        ...fake,
        secrets: mapped(fake.secrets, () => "wrong-6c1f"),
      });
      expect(await stranger.resolve?.(MESSAGE.key, soon())).toEqual({
        kind: "unknown",
        why: expect.stringContaining(" answered 40"),
      });
    }));

  test("sends no batches, so that each email has a result of its own", () => {
    expect(adapter.capabilities).toMatchObject({ batch: false, perItemResult: true });
  });

  test("a check sends nothing and tells right credentials from wrong ones", () =>
    withFake(async (gateway, fake) => {
      expect(await gateway.check(soon())).toEqual({ kind: "ready", detail: expect.any(String) });
      const wrong = { ...fake, secrets: mapped(fake.secrets, () => "wrong-6c1f") };
      if (adapter.kind === "smtp") fake.mood = "unauthorized";
      const stranger = open(adapter, wrong);
      expect((await stranger.check(soon()))?.kind).toBe("unauthorized");
      stranger.close?.();
      expect(fake.taken).toEqual([]);
    }));

  test("its form asks for the secrets as secrets, and explains what it asks for", () => {
    const names = adapter.fields.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type, secret, options } of adapter.fields) {
      expect(name).toMatch(/^[a-z_]{1,40}$/);
      expect(/password|api_key|private_key|webhook_secret/.test(name)).toBe(secret);
      expect(options !== undefined).toBe(type === "choice");
    }
    expect(adapter.description).toEndWith(".");
  });
});

/** What each mood comes to. */
const MEANINGS: Record<Mood, Outcome["kind"]> = {
  accept: "accepted",
  refuse: "rejected",
  unauthorized: "unauthorized",
  throttle: "throttled",
  unavailable: "unavailable",
  broken: "ambiguous",
  silence: "ambiguous",
  gibberish: "ambiguous",
};

/** The gateway that Mailwright began with documents that any 5xx is not an acceptance. */
function expected({ kind }: GatewayAdapter, mood: Mood): Outcome["kind"] | undefined {
  return kind === "seed" && mood === "broken" ? "unavailable" : undefined;
}

const soon = () => AbortSignal.timeout(10_000);

/** Sends a message that is taken in silence, and gives up on the answer then. */
async function lost(gateway: Gateway, fake: FakeService): Promise<Outcome> {
  const patience = new AbortController();
  const sending = gateway.send(MESSAGE, patience.signal);
  await until(() => fake.taken.length > 0, { what: "the message to be taken" });
  patience.abort();
  return sending;
}

function open(adapter: GatewayAdapter, { settings, secrets }: FakeService): Gateway {
  expect(adapter.faults?.(settings, secrets) ?? []).toEqual([]);
  return refusingUnsafe(adapter.open({ settings, secrets, clock: systemClock }));
}

/** A long header may stand on several lines (RFC 5322 2.2.3). */
function unfolded(value: string | undefined): string | undefined {
  return value?.replaceAll(/\s/g, "");
}

function mapped(values: Record<string, string>, to: () => string): Record<string, string> {
  return Object.fromEntries(Object.keys(values).map((name) => [name, to()]));
}
