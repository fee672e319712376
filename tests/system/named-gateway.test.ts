import { expect, test } from "bun:test";
import { silentLog } from "@mailwright/platform";
import { createContext } from "@mailwright/web/context.ts";
import { signedInClient } from "@mailwright/web/testing/client.ts";
import { call, SERVICE_KEY } from "../harness/access.ts";
import { type Program, startProgram } from "../harness/program.ts";
import { draftCampaign, ended, launchCampaign } from "./campaign.ts";
import { type Installation, startInstallation } from "./installation.ts";

const CONTACTS = 30;

interface Kind {
  kind: string;
  fields: { name: string; label: string }[];
}

/** A gateway beside the default one, and the program that it goes to. */
async function addGateway({ api }: Installation, name: string, program: Program): Promise<string> {
  const { id } = await api<{ id: string }>("POST", "/gateways", {
    name,
    kind: "seed",
    url: `${program.url}/email`,
    username: "mailwright",
    password: "hunter2",
  });
  return id;
}

/** How many each program has taken. */
function taken(programs: Program[]): Promise<number[]> {
  return Promise.all(
    programs.map(async ({ url }) => {
      const { accepted } = await call<{ accepted: number }>(
        `${url}/ledger/summary`,
        "GET",
        undefined,
      );
      return accepted;
    }),
  );
}

/** The gateways that the emails of a campaign, and the attempts in their history, went through. */
async function throughOf({ sql }: Installation, campaign: string): Promise<string[]> {
  const rows = await sql`
    SELECT gateway_id FROM email WHERE campaign_id = ${campaign}
    UNION SELECT event.gateway_id FROM email_event AS event JOIN email ON email.id = email_id
    WHERE campaign_id = ${campaign} AND event.state IN ('sending', 'sent')
    ORDER BY gateway_id`;
  return rows.map(({ gateway_id }) => gateway_id as string);
}

test("a campaign goes through the gateway that it names and through no other: launched by the page, by the API, and by a route", async () => {
  await using all = await startInstallation();
  await using second = await startProgram("gateway_mock", { MOCK_WEIGHTS: "202=1" });
  await using third = await startProgram("gateway_mock", { MOCK_WEIGHTS: "202=1" });
  const programs = [all.gatewayMock, second, third];
  const named = await addGateway(all, "Second", second);
  const other = await addGateway(all, "Third", third);
  const { items } = await all.api<{ items: Kind[] }>("GET", "/gateways/kinds");
  const weights = items
    .find(({ kind }) => kind === "route")!
    .fields.filter(({ label }) => /Second|Third/.test(label));
  const route = await all.api<{ id: string }>("POST", "/gateways", {
    name: "Both",
    kind: "route",
    ...Object.fromEntries(weights.map(({ name }) => [name, 1])),
  });

  await using web = createContext(
    {
      databaseUrl: all.postgres.url,
      webUrl: "http://localhost:5050",
      emailClientUrl: all.emailClients[0]!.url,
      port: 0,
      serviceKeys: [SERVICE_KEY],
      firstOwner: undefined,
      logLevel: "silent",
    },
    { log: silentLog },
  );
  const byPage = await draftCampaign(all, CONTACTS, { gateway_id: named });
  const editor = await signedInClient(web, "editor");
  const review = await editor.get(`/campaigns/${byPage}/launch`);
  expect(review.find("dl.definitions dd").map(({ text }) => text)).toContain("Second");
  const revision = review.find("input[name=revision]")[0]!.attributes["value"]!;
  expect((await editor.post(`/campaigns/${byPage}/launch`, { revision })).status).toBe(303);
  expect((await ended(all, byPage)).counts).toEqual({ sent: CONTACTS });
  expect([await throughOf(all, byPage), await taken(programs)]).toEqual([
    [named],
    [0, CONTACTS, 0],
  ]);

  const byApi = await launchCampaign(all, CONTACTS, { gateway_id: named });
  expect((await ended(all, byApi)).counts).toEqual({ sent: CONTACTS });
  expect([await throughOf(all, byApi), await taken(programs)]).toEqual([
    [named],
    [0, 2 * CONTACTS, 0],
  ]);

  const byRoute = await launchCampaign(all, CONTACTS, { gateway_id: route.id });
  expect((await ended(all, byRoute)).counts).toEqual({ sent: CONTACTS });
  expect(await throughOf(all, byRoute)).toEqual([named, other].toSorted());
  const [first, ...both] = await taken(programs);
  expect([first, both.reduce((a, b) => a + b, 0)]).toEqual([0, 3 * CONTACTS]);
});
