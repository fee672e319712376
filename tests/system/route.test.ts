import { expect, test } from "bun:test";
import { until } from "@mailwright/testing";
import { startProgram } from "../harness/program.ts";
import { ended, launchCampaign } from "./campaign.ts";
import { startInstallation } from "./installation.ts";

interface Kind {
  kind: string;
  fields: { name: string; label: string }[];
}

interface Traffic {
  slowed: unknown[];
  minutes: { accepted: number; unavailable: number }[];
}

const CONTACTS = 600;

test("a campaign by a route, made by the API as the default, goes through another gateway when one is killed, and the ledger says which took each email", async () => {
  await using all = await startInstallation({ emailClientEnv: { ATTEMPT_DEADLINE_MS: "3000" } });
  await using second = await startProgram("gateway_mock", { MOCK_WEIGHTS: "202=1" });
  const other = await all.api<{ id: string }>("POST", "/gateways", {
    name: "Second",
    kind: "seed",
    url: `${second.url}/email`,
    username: "mailwright",
    password: "hunter2",
    domain_rate_per_second: 150,
  });
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 100 });
  const { items } = await all.api<{ items: Kind[] }>("GET", "/gateways/kinds");
  const weights = items.find(({ kind }) => kind === "route")!.fields.map(({ name }) => [name, 1]);
  const route = await all.api<{ id: string; complete: boolean }>("POST", "/gateways", {
    name: "Both",
    kind: "route",
    default: true,
    ...Object.fromEntries(weights),
  });
  expect(route.complete).toBe(true);

  const campaign = await launchCampaign(all, CONTACTS);
  const through = async () =>
    Object.fromEntries(
      (
        await all.sql`
          SELECT gateway_id, count(*)::int AS emails FROM email
          WHERE campaign_id = ${campaign} AND state = 'sent' GROUP BY 1`
      ).map(({ gateway_id, emails }) => [gateway_id as string, emails as number]),
    );
  await until(
    async () => {
      const sent = await through();
      return (sent[all.gateway] ?? 0) > 20 && (sent[other.id] ?? 0) > 20;
    },
    { what: "both gateways to have taken some", timeoutMs: 30_000 },
  );
  await second.kill();
  const { state, counts } = await ended(all, campaign, 60_000);
  const { accepted } = await all.mock<{ accepted: number }>("GET", "/ledger/summary");
  const sent = await through();
  expect([state, sent[all.gateway], Object.keys(sent).length]).toEqual(["finished", accepted, 2]);
  // What the killed one was asked and did not answer is in doubt, and has gone through no other.
  expect((counts["sent"] ?? 0) + (counts["uncertain"] ?? 0)).toBe(CONTACTS);
  const [row] = await all.sql`
    SELECT count(*)::int AS strange FROM email
    WHERE campaign_id = ${campaign} AND state = 'uncertain' AND gateway_id <> ${other.id}`;
  expect(row?.["strange"]).toBe(0);

  const traffic = await until(
    async () => {
      const seen = await all.api<Traffic>("GET", `/gateways/${all.gateway}/traffic`);
      const taken = seen.minutes.map((minute) => minute.accepted).reduce((a, b) => a + b, 0);
      return taken === accepted ? seen : undefined;
    },
    { what: "every attempt to be counted" },
  );
  expect(traffic.slowed).toEqual([]);
});
