import { expect, test } from "bun:test";
import { until } from "@mailwright/testing";
import { ended, launchCampaign, reached, standingOf } from "./campaign.ts";
import { type Installation, startInstallation } from "./installation.ts";
import { expectPromiseKept } from "./promise.ts";

const CONTACTS = 8;

interface Accepted {
  to: string;
  key: string;
  headers: Record<string, string> | null;
}

async function accepted({ mock }: Installation): Promise<Accepted[]> {
  return (await mock<{ items: Accepted[] }>("GET", "/ledger?limit=1000")).items;
}

/** Launches the template of a campaign once more, to the same segments. */
async function launchAgain({ api, sql }: Installation, campaign: string): Promise<string> {
  const [from] = await sql`
    SELECT template_id, array_agg(segment_id) AS segment_ids FROM campaign JOIN campaign_segment ON campaign_id = id
    WHERE id = ${campaign} GROUP BY template_id`;
  const { id } = await api<{ id: string }>("POST", "/campaigns", { name: "Once more", ...from });
  await api("POST", `/campaigns/${id}/launch`);
  return id;
}

test("who leaves with one click by an email gets nothing more, not even what waits for its next attempt", async () => {
  await using all = await startInstallation();
  const { api, sql, mock, webs } = all;
  const first = await launchCampaign(all, CONTACTS);
  expect((await ended(all, first)).counts).toEqual({ sent: CONTACTS });
  const [mail] = await accepted(all);
  expect(mail?.headers).toMatchObject({
    "List-Id": '"Acme" <campaigns.example.com>',
    "Feedback-ID": expect.stringContaining(`${first}:campaigns:`),
    "Auto-Submitted": "auto-generated",
    Precedence: "bulk",
  });
  const link = /^<http:\/\/localhost:5050(\/u\/[\w-]{43})>$/.exec(
    mail?.headers?.["List-Unsubscribe"] ?? "",
  );

  await api("PATCH", "/settings", {
    retry: { attempts: 20, first_wait_s: 2, max_wait_s: 4, max_age_s: 3_600 },
  });
  await mock("PUT", "/script", [{ status: 503, times: 100_000 }]);
  const second = await launchAgain(all, first);
  await reached(all, second, ["retrying"], CONTACTS);

  const answer = await fetch(`${webs[0]?.url}${link?.[1]}`, {
    method: "POST",
    redirect: "error",
    body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
  });
  expect(answer.status).toBe(200);
  await until(async () => (await standingOf(all, second)).counts["skipped"] === 1, {
    what: "the email that waits to be skipped",
    timeoutMs: 15_000,
  });
  await mock("PUT", "/script", []);

  expect(await ended(all, second)).toMatchObject({
    state: "finished",
    counts: { sent: CONTACTS - 1, skipped: 1 },
  });
  const letters = Map.groupBy(await accepted(all), ({ to }) => to);
  expect([...letters].map(([to, { length }]) => [to, length]).toSorted()).toEqual(
    [...letters.keys()].map((to) => [to, to === mail?.to ? 1 : 2]).toSorted(),
  );
  const facts = await sql`SELECT campaign_id, email_id, kind, source FROM email_fact`;
  expect([...facts]).toEqual([
    { campaign_id: first, email_id: mail?.key, kind: "unsubscribed", source: "one-click" },
  ]);
  const [skipped] = await sql`
    SELECT email_event.event, email_event.attempt FROM email_event JOIN email ON email.id = email_id
    WHERE campaign_id = ${second} AND email_event.state = 'skipped'`;
  expect(skipped).toMatchObject({ event: "SUPPRESSED" });
  expect(skipped?.["attempt"]).toBeGreaterThan(0);
  await expectPromiseKept(all, first);
  await expectPromiseKept(all, second);
}, 180_000);

test("who is deleted while a campaign is paused gets nothing more from it when it goes on", async () => {
  await using all = await startInstallation();
  const { api, sql, mock } = all;
  await api("PATCH", "/settings", {
    retry: { attempts: 20, first_wait_s: 2, max_wait_s: 4, max_age_s: 3_600 },
  });
  await mock("PUT", "/script", [{ status: 503, times: 100_000 }]);
  const campaign = await launchCampaign(all, CONTACTS);
  await reached(all, campaign, ["retrying"], CONTACTS);
  await api("POST", `/campaigns/${campaign}/pause`);
  const [gone] = await sql`SELECT id, contact_id, address FROM email ORDER BY id LIMIT 1`;
  await api("DELETE", `/contacts/${gone?.["contact_id"]}`);
  await api("DELETE", `/campaigns/${campaign}/pause`);
  await until(async () => (await standingOf(all, campaign)).counts["skipped"] === 1, {
    what: "the email of whoever was deleted to be skipped",
    timeoutMs: 15_000,
  });
  await mock("PUT", "/script", []);

  expect(await ended(all, campaign)).toMatchObject({
    state: "finished",
    counts: { sent: CONTACTS - 1, skipped: 1 },
  });
  const mailed = (await accepted(all)).map(({ to }) => to);
  expect([mailed.length, mailed.includes(gone?.["address"] as string)]).toEqual([
    CONTACTS - 1,
    false,
  ]);
  const [end] = await sql`SELECT address, state, error_code FROM email WHERE id = ${gone?.["id"]}`;
  expect(end).toEqual({ address: "", state: "skipped", error_code: "erased" });
  await expectPromiseKept(all, campaign);
}, 180_000);
