import { expect, test } from "bun:test";
import { until } from "@mailwright/testing";
import { draftCampaign, ended, launchCampaign, reached, standingOf } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { expectPromiseKept } from "../system/promise.ts";
import { giveRoom, makeLarge } from "./limits.ts";

const CONTACTS = 400;

/** A call of the API that may be refused. */
async function post({ webs, token }: Installation, path: string, body = {}): Promise<Response> {
  return await fetch(`${webs[0]?.url}/api/v1${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

function saveContact(all: Installation): Promise<Response> {
  return post(all, "/contacts", { email: `${crypto.randomUUID()}@example.com` });
}

async function expectAlive({ webs, emailClients }: Installation): Promise<void> {
  for (const { url } of [...webs, ...emailClients])
    expect((await fetch(`${url}/livez`)).status).toBe(200);
}

test("fault 24: the disk of Postgres is full: what would be saved is refused in words, reports wait, and all is sent when there is room", async () => {
  await using all = await startInstallation();
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 100 });
  const later = await draftCampaign(all, CONTACTS);
  await makeLarge(all);
  const campaign = await launchCampaign(all, CONTACTS);
  await reached(all, campaign, ["sent"], 50);
  giveRoom(all, "log");
  await until(() => all.webs[0]?.output().includes("the database has no room"), {
    what: "web to have no room for a report",
    timeoutMs: 20_000,
  });
  // Pages that were begun have some left.
  const refused = await until(
    async () => {
      const answer = await saveContact(all);
      return answer.status !== 201 && answer;
    },
    { what: "a contact to be refused", timeoutMs: 20_000, everyMs: 1 },
  );
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
  expect(await refused.json()).toMatchObject({ title: "The database has no room left" });
  // Whether it is, depends on what room there is left for the campaign itself: there is none for its emails.
  const launched = await post(all, `/campaigns/${later}/launch`);
  expect([202, 503]).toContain(launched.status);
  await expectAlive(all);
  const read = await all.api<{ id: string }>("GET", `/campaigns/${campaign}`);
  expect(read.id).toBe(campaign);
  expect((await standingOf(all, campaign)).state).toBe("sending");
  giveRoom(all, "all");
  if (!launched.ok) await all.api("POST", `/campaigns/${later}/launch`);
  expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
  expect((await ended(all, later)).counts).toEqual({ sent: CONTACTS });
  expect((await saveContact(all)).status).toBe(201);
  await expectPromiseKept(all, campaign, later);
});

test("fault 24: a Postgres that has no room for its log ends; once it is started where there is room, all is sent", async () => {
  await using all = await startInstallation();
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: 100 });
  const campaign = await launchCampaign(all, CONTACTS);
  await reached(all, campaign, ["sent"], 50);
  giveRoom(all, "none");
  await all.postgres.exited;
  const refused = await saveContact(all);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ title: "The database does not answer" });
  await expectAlive(all);
  await all.postgres.restart();
  expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
  await expectPromiseKept(all, campaign);
});
