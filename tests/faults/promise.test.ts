import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import type postgres from "postgres";
import { call } from "../harness/access.ts";
import { ended, launchCampaign } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { breachesOf, expectPromiseKept } from "../system/promise.ts";
import { Chronicle } from "./chronicle.ts";
import { OF_REDIS } from "./of-redis.ts";
import { storyOf } from "./story.ts";

const stack = new AsyncDisposableStack();
let all: Installation;

beforeAll(async () => {
  all = stack.use(await startInstallation());
});
afterAll(() => stack.disposeAsync());

/** A campaign that has ended well, and two of its emails. */
interface Kept {
  campaign: string;
  /** It was sent in its first run. */
  once: string;
  /** It failed in its first run, was requeued and sent in its second. */
  again: string;
}

async function keptCampaign(): Promise<Kept> {
  await all.mock("PUT", "/script", [{ status: 400 }]);
  const campaign = await launchCampaign(all, 4);
  expect((await ended(all, campaign)).counts).toEqual({ sent: 3, failed: 1 });
  await all.api("POST", `/campaigns/${campaign}/requeue`, { states: ["failed"] });
  expect((await ended(all, campaign)).counts).toEqual({ sent: 4 });
  await expectPromiseKept(all, campaign);
  const rows = await all.sql`SELECT id FROM email WHERE campaign_id = ${campaign} ORDER BY run, id`;
  return { campaign, once: rows[0]?.["id"] as string, again: rows.at(-1)?.["id"] as string };
}

/** Has somebody suppressed so many seconds before the attempt, and after the launch. */
async function suppress(tx: postgres.TransactionSql, campaign: string, email: string, s: number) {
  await tx`UPDATE campaign SET launched_at = launched_at - interval '1 hour' WHERE id = ${campaign}`;
  await tx`
    INSERT INTO suppression (canonical_email, reason, origin, created_at)
    SELECT address, 'unsubscribed', 'a test', at - make_interval(secs => ${s})
    FROM email JOIN email_event ON email_id = id WHERE id = ${email} AND event = 'START'`;
}

/** Breaks something of a campaign by hand, past every trigger. */
type Break = (tx: postgres.TransactionSql, kept: Kept) => Promise<unknown>;

test.each<[what: string, broken: Break, found: string[]]>([
  [
    "an email that waits in a campaign that has ended",
    async (tx, { campaign, once }) => {
      await tx`DELETE FROM email_event WHERE email_id = ${once}`;
      await tx`UPDATE email SET state = 'queued', seq = 0 WHERE id = ${once}`;
      await tx`UPDATE campaign SET sent = sent - 1, queued = queued + 1 WHERE id = ${campaign}`;
    },
    // What its history was begun with is gone, but the gateway has it.
    ["A no loss: the campaign", "B no silent duplicate: once"],
  ],
  [
    "an email that is gone",
    async (tx, { campaign, once }) => {
      await tx`DELETE FROM email WHERE id = ${once}`;
      await tx`UPDATE campaign SET sent = sent - 1 WHERE id = ${campaign}`;
    },
    ["A no loss: the campaign"],
  ],
  [
    "a campaign that has not ended",
    (tx, { campaign }) => tx`UPDATE campaign SET state = 'paused' WHERE id = ${campaign}`,
    ["A no loss: the campaign"],
  ],
  [
    "an email that is told as sent and that the gateway never had",
    async (tx, { once }) => {
      const stranger = newId();
      await tx`UPDATE email SET id = ${stranger} WHERE id = ${once}`;
      await tx`UPDATE email_event SET email_id = ${stranger} WHERE email_id = ${once}`;
    },
    ["A no loss: another"],
  ],
  [
    "a count that is not the fold of the emails",
    (tx, { campaign }) => tx`UPDATE campaign SET sent = sent - 1 WHERE id = ${campaign}`,
    ["E counts add up: the campaign"],
  ],
  [
    "another run of what was sent",
    (tx, { again }) =>
      tx`UPDATE email_event SET state = 'sent' WHERE email_id = ${again} AND run = 1 AND state = 'failed'`,
    ["C ends are final: again"],
  ],
  [
    "a gap in an earlier run",
    (tx, { again }) =>
      tx`DELETE FROM email_event WHERE email_id = ${again} AND run = 1 AND seq = 1`,
    ["D no gap: again"],
  ],
  [
    "an earlier run without its end",
    (tx, { again }) =>
      tx`DELETE FROM email_event WHERE email_id = ${again} AND run = 1 AND state = 'failed'`,
    ["D no gap: again"],
  ],
  [
    "a run that nobody began",
    (tx, { again }) =>
      tx`DELETE FROM email_event WHERE email_id = ${again} AND run = 2 AND seq = 0`,
    ["D no gap: again"],
  ],
  [
    "the history of a run that there is not",
    (tx, { once }) => tx`
      INSERT INTO email_event (email_id, run, seq, event, state, at, attempt)
      SELECT email_id, 9, 1, 'START', 'sending', at, 1 FROM email_event WHERE email_id = ${once} AND seq = 1`,
    ["D no gap: once"],
  ],
  [
    "a history that ends otherwise than the email",
    (tx, { once }) =>
      tx`UPDATE email_event SET state = 'uncertain' WHERE email_id = ${once} AND state = 'sent'`,
    ["D no gap: once"],
  ],
  [
    "a message that the gateway does not know",
    (tx, { once }) => tx`UPDATE email SET message_id = 'another' WHERE id = ${once}`,
    ["D no gap: once"],
  ],
  [
    "an attempt that begins when the word of a suppression is out",
    (tx, { campaign, once }) => suppress(tx, campaign, once, 4),
    ["F nobody suppressed is mailed: once"],
  ],
  [
    "no attempt that begins while the word is on its way",
    (tx, { campaign, once }) => suppress(tx, campaign, once, 2),
    [],
  ],
])("%s is found", async (_what, broken, found) => {
  const kept = await keptCampaign();
  await all.sql.begin(async (tx) => {
    await tx`SET LOCAL session_replication_role = replica`;
    await broken(tx, kept);
  });
  const breaches = await breachesOf(all, [kept.campaign]);
  const names = new Map([
    [undefined, "the campaign"],
    [kept.once, "once"],
    [kept.again, "again"],
  ]);
  expect(
    breaches.map(({ invariant, email }) => `${invariant}: ${names.get(email) ?? "another"}`),
  ).toEqual(found);
});

test("whatever is broken by hand is found, and told with the email's story", async () => {
  const campaign = await launchCampaign(all, 10);
  await ended(all, campaign);
  await expectPromiseKept(all, campaign);
  const emails = (
    await all.sql`SELECT id FROM email WHERE campaign_id = ${campaign} ORDER BY id`
  ).map(({ id }) => id as string);
  const [gap, twice, reopened, ignored] = emails as [string, string, string, string];

  await all.sql`DELETE FROM email_event WHERE email_id = ${gap} AND seq = 1`;
  const again = {
    from: { email: "news@example.com" },
    to: { email: "p1@example.com" },
    subject: "Again",
    text: "Again",
    headers: { "X-Mailwright-Email": twice },
  };
  await call(`${all.gatewayMock.url}/email`, "POST", again, {
    authorization: `Basic ${btoa("somebody:else")}`,
  });
  await all.sql`
    INSERT INTO email_event (email_id, run, seq, event, state, at, attempt)
    SELECT email_id, run, seq + 1, 'START', 'sending', at, attempt FROM email_event WHERE email_id = ${reopened} AND state = 'sent'`;

  await all.sql`
    INSERT INTO suppression (canonical_email, reason, origin, created_at)
    SELECT canonical_email, 'unsubscribed', 'a test', now() - interval '1 day' FROM contact JOIN email ON contact_id = contact.id WHERE email.id = ${ignored}`;

  const breaches = await breachesOf(all, [campaign]);
  expect(breaches.map(({ invariant, email = "" }) => `${invariant}: ${email}`).toSorted()).toEqual([
    `B no silent duplicate: ${twice}`,
    `C ends are final: ${reopened}`,
    ...[gap, reopened].map((email) => `D no gap: ${email}`).toSorted(),
    `F nobody suppressed is mailed: ${ignored}`,
  ]);

  await all.sql`
    INSERT INTO email_fact (email_id, campaign_id, kind, at, source, dedupe_key)
    VALUES (${ignored}, ${campaign}, 'delivered', now(), 'a test', 'one')`;
  const chronicle = new Chronicle();
  chronicle.struck(OF_REDIS[0]!, Date.now());
  chronicle.done("pause");
  const story = await storyOf(
    all,
    breaches.find(({ email }) => email === ignored)!,
    chronicle,
  );
  const lines = story.split("\n").map((line) => ({ at: line.slice(0, 24), text: line.slice(26) }));
  expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).toSorted());
  for (const text of [
    /^suppression +unsubscribed by a test/,
    /^campaign +\S.* launched/,
    /^email +run 1 seq 1 START -> sending attempt 1/,
    /^gateway +accepted as \S+ from mailwright/,
    /^email +run 1 seq 2 ACCEPTED -> sent/,
    /^fact +delivered by a test/,
    /^fault +kill -9 of Redis/,
    /^healed +kill -9 of Redis/,
    /^somebody +pause/,
  ])
    expect(lines.filter((line) => text.test(line.text))).toHaveLength(1);
  expect(chronicle.around({ from: 0, to: 1 })).toEqual([]);
});
