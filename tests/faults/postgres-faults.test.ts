import { afterAll, beforeAll, expect, test } from "bun:test";
import { until } from "@mailwright/testing";
import { ended, launchCampaign, reached, standingOf, webWaits } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { expectPromiseKept } from "../system/promise.ts";

const stack = new AsyncDisposableStack();
let all: Installation;

beforeAll(async () => {
  all = stack.use(await startInstallation({ webs: 2 }));
});
afterAll(() => stack.disposeAsync());

test("fault 10: Postgres dies while an audience is fanned out: it goes on with what was committed, each contact once", async () => {
  const contacts = 6_000;
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 50 });
  const campaign = await launchCampaign(all, contacts);
  const handed = async () => {
    const [row] = await all.sql`
      SELECT count(*)::int AS n FROM batch WHERE campaign_id = ${campaign} AND handed_at IS NOT NULL`;
    return row?.["n"] as number;
  };
  await until(async () => (await handed()) >= 2, { what: "some batches to be handed over" });
  const said = all.webs.map((web) => web.output().length);
  await all.postgres.kill();
  const misses = () =>
    all.webs.map((web, n) => web.output().slice(said[n]).split("met a failure").length - 1);
  await until(() => misses().every((times) => times >= 3), {
    what: "both webs to meet a Postgres that is away, more than once",
    timeoutMs: 30_000,
  });
  await all.postgres.start();
  await until(async () => (await handed()) === contacts / 500, {
    what: "every batch to be handed over",
    timeoutMs: 40_000,
    everyMs: 100,
  });
  const [row] = await all.sql`
    SELECT count(*)::int AS emails, count(DISTINCT contact_id)::int AS contacts FROM email WHERE campaign_id = ${campaign}`;
  expect([row?.["emails"], row?.["contacts"]]).toEqual([contacts, contacts]);
  expect(await standingOf(all, campaign)).toMatchObject({ state: "sending", audience: contacts });
  await all.api("POST", `/campaigns/${campaign}/cancel`);
  await ended(all, campaign);
  await expectPromiseKept(all, campaign);
});

test("fault 10: Postgres dies while an audience is being frozen: none of it is there, and then each contact once", async () => {
  const contacts = 2_000;
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: null });
  let campaign = "";
  await all.sql
    .begin(async (tx) => {
      // Whoever holds the table keeps the freeze at its first email.
      await tx`LOCK TABLE email IN SHARE MODE`;
      campaign = await launchCampaign(all, contacts);
      await webWaits(all, "the table, to freeze the audience");
      await all.postgres.kill();
    })
    .catch(() => "it went with the server");
  await all.postgres.start();
  expect((await ended(all, campaign)).counts).toEqual({ sent: contacts });
  const [row] = await all.sql`
    SELECT count(*)::int AS emails, count(DISTINCT contact_id)::int AS contacts FROM email WHERE campaign_id = ${campaign}`;
  expect([row?.["emails"], row?.["contacts"]]).toEqual([contacts, contacts]);
  await expectPromiseKept(all, campaign);
});

test("fault 11: Postgres ends deadlocks: what it took back is done again, and nothing is counted twice", async () => {
  const contacts = 400;
  const { sql } = all;
  await sql`ALTER SYSTEM SET deadlock_timeout = '500ms'`;
  await sql`SELECT pg_reload_conf()`;
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 50 });
  const campaign = await launchCampaign(all, contacts);
  await reached(all, campaign, ["sent"], 10);
  const deadlocks = async () => {
    const [row] =
      await sql`SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()`;
    return row?.["n"] as number;
  };
  // Postgres counts them with a second's delay.
  while ((await deadlocks()) === 0) {
    await sql.begin(async (tx) => {
      // Web is the one that looks, and so the one that is ended.
      await tx`SET LOCAL deadlock_timeout = '1min'`;
      await tx`SELECT id FROM campaign WHERE id = ${campaign} FOR UPDATE`;
      await webWaits(all, "the campaign of emails that it holds");
      await tx`SELECT id FROM email WHERE campaign_id = ${campaign} FOR UPDATE`;
    });
  }
  expect((await ended(all, campaign)).counts).toEqual({ sent: contacts });
  // None of them was ours, or that would have thrown.
  expect(await deadlocks()).toBeGreaterThan(0);
  await expectPromiseKept(all, campaign);
});
