import { expect, test } from "bun:test";
import { newId, silentLog } from "@mailwright/platform";
import { ManualClock, testRedis, until } from "@mailwright/testing";
import { ANYWHERE } from "../gateways/outbound.ts";
import { feedbackDayKey, feedbackKey } from "../redis/keys.ts";
import { patchSettings } from "../settings/settings.ts";
import { createVault } from "../settings/vault.ts";
import { CREDENTIALS_KEY } from "../testing/client.ts";
import { mailboxFailingSince, readFeedback } from "./feedback.ts";
import { type MailboxReading, noteMailbox } from "./mailbox-note.ts";
import { createWebhookNotes } from "./webhook-notes.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 29, 10);
const MAILBOX = {
  host: "mail.example.com",
  bounce_address: "bounces@example.com",
  bounce_host: "imap.example.com",
  bounce_username: "bounces",
};
const NAME = "bounces@imap.example.com/INBOX";
const FORGED = { kind: "forged", doubt: "signature", why: "No." } as const;
const READ: MailboxReading = { kind: "read", told: 2, others: 1 };
const FAILED: MailboxReading = { kind: "failed", fault: "unreachable", detail: "ECONNREFUSED" };

async function setUp(kind: "smtp" | "seed", settings: Record<string, string> = MAILBOX) {
  const stack = new AsyncDisposableStack();
  const { redis } = stack.use(await testRedis());
  const clock = new ManualClock(NOW);
  const id = newId();
  const vault = createVault([CREDENTIALS_KEY]);
  const change = (of: Record<string, string>) =>
    patchSettings(
      redis,
      vault,
      {
        gateways: [{ id, kind, settings: of, secrets: { bounce_password: "x" } }],
      },
      ANYWHERE,
    );
  const url = { url: "https://mail.example.com/", username: "ann" };
  const faults = await patchSettings(
    redis,
    vault,
    {
      gateways: [
        kind === "seed"
          ? { id, kind, settings: url, secrets: { password: "x" } }
          : { id, kind, settings, secrets: { bounce_password: "x" } },
      ],
    },
    ANYWHERE,
  );
  expect(faults).toEqual([]);
  return {
    redis,
    clock,
    id,
    change,
    read: () => readFeedback(redis, id, clock.now()),
    note: (reading: MailboxReading, name = NAME) =>
      noteMailbox(redis, id, name, reading, clock.now()),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test("of a gateway of which nothing was heard it is told what it could hear, and of none nothing", async () => {
  await using smtp = await setUp("smtp");
  expect(await smtp.read()).toEqual({ at: NOW, mailbox: {}, days: [] });
  await using seed = await setUp("seed");
  expect(await seed.read()).toEqual({ at: NOW, webhooks: {}, days: [] });
  expect(await readFeedback(seed.redis, newId(), NOW)).toBeUndefined();
});

test("a mailbox that cannot be read says since when, through all tries, until it is read", async () => {
  await using given = await setUp("smtp");
  await given.note(READ);
  await given.clock.advance(60_000);
  await given.note(FAILED);
  await given.clock.advance(60_000);
  await given.note({ ...FAILED, fault: "unauthorized", detail: "no such user" });
  expect(await given.read()).toEqual({
    at: NOW + 120_000,
    mailbox: {
      read: { at: NOW, told: 2, others: 1 },
      failing: {
        since: NOW + 60_000,
        at: NOW + 120_000,
        fault: "unauthorized",
        detail: "no such user",
      },
    },
    days: [{ at: NOW - 10 * 3_600_000, facts: 2, webhooks: 0, refused: 0 }],
  });
  await given.note({ kind: "read", told: 0, others: 0 });
  expect((await given.read())?.mailbox).toEqual({
    read: { at: NOW + 120_000, told: 0, others: 0 },
  });
});

test("what was noted of another mailbox says nothing of the one that is set now", async () => {
  await using given = await setUp("smtp");
  const failingSince = () => mailboxFailingSince(given.redis, { id: given.id, settings: MAILBOX });
  await given.note(FAILED);
  expect(await failingSince()).toBe(NOW);
  await given.change({ ...MAILBOX, bounce_host: "other.example.com" });
  expect((await given.read())?.mailbox).toEqual({});
  await given.change(MAILBOX);
  await given.clock.advance(5_000);
  await given.note(FAILED, "bounces@other.example.com/INBOX");
  await given.note(FAILED);
  expect(await failingSince()).toBe(NOW + 5_000);
  await given.change({ ...MAILBOX, bounce_host: "" });
  expect((await given.read())?.mailbox).toBeUndefined();
});

test("however many webhooks come, they are written once a tick, and those of all processes are counted", async () => {
  await using given = await setUp("seed");
  const { redis, clock, id } = given;
  let writes = 0;
  const counting = new Proxy(redis, {
    get(target, name) {
      if (name === "mwNoteFeedback") writes++;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const [first, second] = [1, 2].map(() => createWebhookNotes(counting, 1_000, clock, silentLog));
  const fact = { email: newId(), kind: "delivered", at: NOW, key: "1" } as const;
  for (let n = 0; n < 500; n++) {
    for (const each of [first, second]) each?.record(id, { kind: "facts", facts: [fact, fact] });
    second?.record(id, FORGED);
  }
  expect(writes).toBe(0);
  await clock.advance(1_000);
  await until(
    async () => {
      const today = (await given.read())?.days[0];
      return today?.refused === 500 && today.webhooks === 1_000;
    },
    { what: "both to have written" },
  );
  expect(writes).toBe(2);
  expect(await given.read()).toEqual({
    at: NOW + 1_000,
    webhooks: { taken_at: NOW, refused: { at: NOW, why: "signature" } },
    days: [{ at: NOW - 10 * 3_600_000, facts: 2_000, webhooks: 1_000, refused: 500 }],
  });
  await first?.[Symbol.asyncDispose]();
  await second?.[Symbol.asyncDispose]();
});

test("a process that is stopped writes what it has counted", async () => {
  await using given = await setUp("seed");
  {
    await using notes = createWebhookNotes(given.redis, 1_000, given.clock, silentLog);
    notes.record(given.id, { kind: "unreadable", why: "It holds no events." });
    notes.record(given.id, { kind: "later", why: "Amazon could not be reached." });
  }
  expect((await given.read())?.webhooks).toEqual({ refused: { at: NOW, why: "put_off" } });
});

test("what came is counted for a week, and nothing stays in Redis for ever", async () => {
  await using given = await setUp("smtp");
  const { redis, clock, id } = given;
  for (let day = 0; day < 9; day++) {
    await given.note({ kind: "read", told: day + 1, others: 0 });
    if (day < 8) await clock.advance(DAY_MS);
  }
  expect((await given.read())?.days.map(({ facts }) => facts)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  const today = Math.floor(clock.now() / DAY_MS);
  const left = await Promise.all(
    [feedbackKey(id), feedbackDayKey(id, today)].map((key) => redis.ttl(key)),
  );
  expect(left.map((seconds) => Math.ceil(seconds / 86_400))).toEqual([366, 8]);
});
