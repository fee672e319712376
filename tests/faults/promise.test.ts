import { expect, test } from "bun:test";
import { call } from "../harness/access.ts";
import { ended, launchCampaign } from "../system/campaign.ts";
import { startInstallation } from "../system/installation.ts";
import { breachesOf, expectPromiseKept } from "../system/promise.ts";
import { storyOf } from "./story.ts";

test("whatever is broken by hand is found, and told with the email's story", async () => {
  await using all = await startInstallation();
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
  const risen = breaches.find(({ invariant }) => invariant === "C ends are final")!;
  expect(await storyOf(all, risen)).toContain("ACCEPTED -> sent");
});
