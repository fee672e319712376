import { expect, test } from "bun:test";
import { until } from "@mailwright/testing";
import { ended, launchCampaign, reached, standingOf } from "../system/campaign.ts";
import { startInstallation } from "../system/installation.ts";
import { expectPromiseKept } from "../system/promise.ts";

test("fault 10: Postgres dies while an audience is fanned out: it goes on with what was committed, each contact once", async () => {
  const contacts = 6_000;
  await using all = await startInstallation({ webs: 2 });
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 50 });
  const campaign = await launchCampaign(all, contacts);
  const handed = async () => {
    const [row] = await all.sql`
      SELECT count(*)::int AS n FROM batch WHERE campaign_id = ${campaign} AND handed_at IS NOT NULL`;
    return row?.["n"] as number;
  };
  await until(async () => (await handed()) >= 2, { what: "some batches to be handed over" });
  await all.postgres.kill();
  // Both webs meet a Postgres that is away, more than once.
  await Bun.sleep(3_000);
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

test("fault 11: Postgres ends deadlocks: what it took back is done again, and nothing is counted twice", async () => {
  const contacts = 400;
  await using all = await startInstallation({ webs: 2 });
  const { sql } = all;
  await all.mock("PUT", "/script", [{ delay_ms: 5, status: 202, times: 100_000 }]);
  await sql`ALTER SYSTEM SET deadlock_timeout = '20ms'`;
  await sql`SELECT pg_reload_conf()`;
  const deadlocks = async () => {
    const [row] =
      await sql`SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()`;
    return row?.["n"] as number;
  };
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 100 });
  const campaign = await launchCampaign(all, contacts);
  await reached(all, campaign, ["sent"], 10);

  let ours = 0;
  // Web locks emails in the order of their ids; this locks them in the opposite one, one after the other.
  while ((await standingOf(all, campaign)).state === "sending") {
    await sql
      .begin(async (tx) => {
        const rows =
          await tx`SELECT id FROM email WHERE campaign_id = ${campaign} ORDER BY changed_at DESC, id DESC LIMIT 40`;
        for (const { id } of rows.toSorted((a, b) => (a["id"] < b["id"] ? 1 : -1)))
          await tx`SELECT FROM email WHERE id = ${id as string} FOR UPDATE`;
      })
      .catch(() => ours++);
    if ((await deadlocks()) - ours >= 3) break;
  }
  expect((await ended(all, campaign)).counts).toEqual({ sent: contacts });
  // Postgres ends whom it likes: some of those that it ended were web's.
  expect((await deadlocks()) - ours).toBeGreaterThan(0);
  await expectPromiseKept(all, campaign);
});
