import { afterAll, beforeAll, expect, test } from "bun:test";
import { bounceTurnKey } from "@mailwright/email_client/redis/keys.ts";
import { BOUNCES } from "@mailwright/email_client/testing/bounces/bounces.ts";
import { COMPLAINTS } from "@mailwright/email_client/testing/bounces/complaints.ts";
import { message } from "@mailwright/email_client/testing/bounces/report.ts";
import { smtpReceiver, type SmtpReceiver } from "@mailwright/email_client/testing/smtp-receiver.ts";
import { newId } from "@mailwright/platform";
import { parseSettingsView } from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { ended, launchCampaign } from "./campaign.ts";
import { type Installation, startInstallation } from "./installation.ts";
import { dovecotPrograms, startDovecot } from "./mail-servers/dovecot.ts";
import { type MailFolder, openFolder } from "./mail-servers/mail-folder.ts";

/** From a campaign through SMTP to a mailbox on Dovecot, and back into the ledger: two email clients, a whole installation. */
const PASSWORD = "correct-horse-battery";
const GATEWAY = newId();

const stack = new AsyncDisposableStack();
let installation: Installation;
let receiver: SmtpReceiver;
let mailbox: MailFolder;
beforeAll(async () => {
  const dovecot = await startDovecot(stack.use(await dovecotPrograms()), PASSWORD);
  stack.use(dovecot);
  mailbox = stack.use(await openFolder(dovecot.port, "bounces", PASSWORD));
  receiver = stack.use(await smtpReceiver());
  installation = stack.use(
    await startInstallation({
      emailClients: 2,
      // Its gateway is no stand-in: links in emails through an SMTP server have to lead somewhere.
      envOf: (program) => (program === "web-0" ? { WEB_URL: "https://mail.example.com" } : {}),
    }),
  );
  const gateway = {
    id: GATEWAY,
    kind: "smtp",
    name: "Relay",
    settings: {
      host: "127.0.0.1",
      port: String(receiver.port),
      security: "none",
      bounce_address: "bounces@example.com",
      bounce_host: "127.0.0.1",
      bounce_port: String(dovecot.port),
      bounce_security: "none",
      bounce_username: "bounces",
    },
    secrets: { bounce_password: PASSWORD },
    default: true,
  };
  const patch = { gateways: [gateway] };
  const saved = await installation.emailClient.call(
    "PATCH",
    "/v1/settings",
    patch,
    parseSettingsView,
  );
  if (saved.kind !== "ok") throw new Error(JSON.stringify(saved));
}, 240_000);
afterAll(() => stack.disposeAsync(), 60_000);

/** Makes the mailbox due at once, and waits until its INBOX holds no more than that many messages. */
async function readUntil(left: number): Promise<void> {
  const redis = new Redis(installation.redis.url);
  try {
    await redis.del(bounceTurnKey(GATEWAY));
    await until(async () => (await mailbox.subjects("INBOX")).length <= left, {
      what: "the bounce mailbox to be read",
      timeoutMs: 40_000,
      everyMs: 200,
    });
  } finally {
    redis.disconnect();
  }
}

const suppressions = () =>
  installation.sql`SELECT canonical_email AS address, reason, origin FROM suppression ORDER BY address`;

test("what comes back of a campaign suppresses whom it must, once, and nobody else", async () => {
  const campaign = await launchCampaign(installation, 4);
  expect((await ended(installation, campaign)).counts).toEqual({ sent: 4 });
  expect(receiver.arrivals).toHaveLength(4);
  const [gone, full, annoyed, forged] = receiver.arrivals.toSorted((a, b) =>
    (a.to[0] ?? "").localeCompare(b.to[0] ?? ""),
  ) as [Arrival, Arrival, Arrival, Arrival];
  expect(new Set(receiver.arrivals.map(({ from }) => from)).size).toBe(4);
  await mailbox.deliver(BOUNCES.postfix(gone.from));
  await mailbox.deliver(BOUNCES.gmailQuota(full.from));
  await mailbox.deliver(COMPLAINTS.withMessage(annoyed.from));
  await mailbox.deliver(
    BOUNCES.postfix(forged.from.replace(/.(?=@)/, (c) => (c === "7" ? "8" : "7"))),
  );
  await mailbox.deliver(
    message(["From: zoe@example.org", "To: bounces@example.com", "Subject: Hello"], ["Hello."]),
  );
  await readUntil(2);
  const wanted = [
    { address: gone.to[0], reason: "bounced" },
    { address: annoyed.to[0], reason: "complained" },
  ];
  expect(await suppressions()).toMatchObject(wanted);
  expect((await suppressions())[0]?.["origin"]).toContain("(Relay)");
  expect(await mailbox.subjects("INBOX")).toEqual([
    "Undelivered Mail Returned to Sender*",
    "Hello*",
  ]);

  const feedback = await until(
    async () => {
      const now = await installation.api<Feedback>("GET", `/gateways/${GATEWAY}/feedback`);
      return now.days.reduce((sum, { facts }) => sum + facts, 0) === 3 ? now : undefined;
    },
    { what: "what came back to be noted" },
  );
  expect(feedback).toMatchObject({ mailbox: { failing: null }, webhooks: null });

  // Told again by another copy: what was lifted by hand stays lifted.
  await installation.sql`DELETE FROM suppression`;
  await mailbox.deliver(BOUNCES.postfix(gone.from));
  await readUntil(2);
  expect(await suppressions()).toHaveLength(0);
  const facts = await installation.sql`
    SELECT kind, detail ->> 'class' AS class FROM email_fact ORDER BY kind, class`;
  expect(facts.map(({ kind, class: each }) => [kind, each])).toEqual([
    ["bounced", "hard"],
    ["bounced", "soft"],
    ["complained", null],
  ]);
}, 120_000);

type Arrival = SmtpReceiver["arrivals"][number];

interface Feedback {
  mailbox: unknown;
  webhooks: unknown;
  days: { facts: number }[];
}
