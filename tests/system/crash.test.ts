import { afterEach, describe, expect, test } from "bun:test";
import { until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { journalLeft } from "./journal-left.ts";
import { acceptances, ended, launchCampaign, reached, standingOf, webWaits } from "./campaign.ts";
import { type Installation, type InstallationOptions, startInstallation } from "./installation.ts";
import { expectPromiseKept } from "./promise.ts";

// Small numbers are enough: what is tested is where a process dies, not how much it does before.
const CONTACTS = 300;
const IN_FLIGHT = 8;

let running: Installation | undefined;

async function installation(options: InstallationOptions = {}): Promise<Installation> {
  running = await startInstallation({
    ...options,
    emailClientEnv: {
      SEND_CONCURRENCY: String(IN_FLIGHT),
      ATTEMPT_DEADLINE_MS: "3000",
      ...options.emailClientEnv,
    },
  });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

/**
 * Resolves when attempts stand in the journal that email_client cannot know of yet: with seconds of latency to Redis, and
 * a gateway that answers at once, they are those that the gateway has not seen a moment later either.
 */
async function journalledUnheard(all: Installation): Promise<void> {
  const direct = new Redis(all.redis.url);
  let before: string[] = [];
  try {
    await until(
      async () => {
        const unheard = await sendingUnseen(all, direct);
        const still = unheard.filter((id) => before.includes(id));
        before = unheard;
        return still.length > 0;
      },
      { what: "attempts in the journal that were not tried", timeoutMs: 30_000, everyMs: 300 },
    );
  } finally {
    direct.disconnect();
  }
}

/** The emails that the journal says are being sent and the gateway has not accepted. */
async function sendingUnseen(all: Installation, redis: Redis): Promise<string[]> {
  const sending: string[] = [];
  for (const key of await redis.keys("{mw-0}:records:*")) {
    for (const [id, record] of Object.entries(await redis.hgetall(key)))
      if ((JSON.parse(record) as { state: string }).state === "sending") sending.push(id);
  }
  const accepted = await acceptances(all);
  return sending.filter((id) => !accepted.has(id));
}

describe("original, job status survives a crash: kill -9 of email_client", () => {
  test("fault 1: before the socket: what was journalled and never tried is uncertain, the rest is sent", async () => {
    const all = await installation();
    await all.mock("PUT", "/script", [{ delay_ms: 20, status: 202, times: 100_000 }]);
    const campaign = await launchCampaign(all, CONTACTS);
    await reached(all, campaign, ["sent"], 20);
    // From here on Redis takes each attempt down two seconds before email_client hears that it has, and only then would
    // a socket be touched: it is killed in between.
    all.links.redis.set({ latencyMs: 2_000 });
    await journalledUnheard(all);
    await all.emailClients[0]?.kill();
    all.links.redis.heal();
    await all.emailClients[0]?.start();
    const standing = await ended(all, campaign);
    expect(standing.counts["uncertain"] ?? 0).toBeLessThanOrEqual(IN_FLIGHT);
    const accepted = await acceptances(all);
    const doubted =
      await all.sql`SELECT id FROM email WHERE campaign_id = ${campaign} AND state = 'uncertain'`;
    expect(doubted.some(({ id }) => !accepted.has(id as string))).toBe(true);
    await expectPromiseKept(all, campaign);
  });

  test("fault 2: after the bytes left: nobody can tell, so it is uncertain and not sent again", async () => {
    const all = await installation();
    await all.mock("PUT", "/script", [{ hang: "before", times: IN_FLIGHT }]);
    const campaign = await launchCampaign(all, CONTACTS);
    await reached(all, campaign, ["sending"], IN_FLIGHT);
    await all.emailClients[0]?.kill();
    await all.mock("DELETE", "/script");
    await all.emailClients[0]?.start();
    const standing = await ended(all, campaign);
    expect(standing.counts).toEqual({ sent: CONTACTS - IN_FLIGHT, uncertain: IN_FLIGHT });
    await expectPromiseKept(all, campaign);
  });

  test("fault 3: after acceptance, before the journal: accepted once, told as uncertain, never sent twice", async () => {
    const all = await installation();
    await all.mock("PUT", "/script", [{ hang: "after", times: IN_FLIGHT }]);
    const campaign = await launchCampaign(all, CONTACTS);
    await reached(all, campaign, ["sending"], IN_FLIGHT);
    await all.emailClients[0]?.kill();
    await all.mock("DELETE", "/script");
    await all.emailClients[0]?.start();
    const standing = await ended(all, campaign);
    expect(standing.counts).toEqual({ sent: CONTACTS - IN_FLIGHT, uncertain: IN_FLIGHT });
    await expectPromiseKept(all, campaign);
  });

  test("“rather twice than never”: what is uncertain is sent again, and the gateway sees the same email twice", async () => {
    const all = await installation();
    await all.mock("PUT", "/script", [{ hang: "after", times: IN_FLIGHT }]);
    const campaign = await launchCampaign(all, CONTACTS, { when_uncertain: "resend" });
    await reached(all, campaign, ["sending"], IN_FLIGHT);
    await all.emailClients[0]?.kill();
    await all.emailClients[0]?.start();
    expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
    await expectPromiseKept(all, campaign);
  });

  test("again and again, while it retries: the campaign ends and nothing is lost", async () => {
    const all = await installation({ weights: "202=70,500=20,502=3,400=3,401=2,403=2" });
    const campaign = await launchCampaign(all, CONTACTS);
    for (let round = 0; round < 4; round++) {
      await reached(all, campaign, ["sent", "failed"], 40 * (round + 1));
      await all.emailClients[0]?.kill();
      await all.emailClients[0]?.start();
    }
    await ended(all, campaign);
    await expectPromiseKept(all, campaign);
  });
});

describe("original, job status survives a crash: kill -9 of web", () => {
  test("while an audience is being frozen: none of it is there, and after the restart each contact once", async () => {
    const all = await installation();
    await ended(all, await launchCampaign(all, 1));
    let campaign = "";
    await all.sql.begin(async (tx) => {
      // Whoever holds the table keeps the freeze at its first email.
      await tx`LOCK TABLE email IN SHARE MODE`;
      campaign = await launchCampaign(all, CONTACTS);
      await webWaits(all, "the table, to freeze the audience");
      await all.webs[0]?.kill();
    });
    expect((await standingOf(all, campaign)).state).toBe("launching");
    await all.webs[0]?.start();
    expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
    await expectPromiseKept(all, campaign);
  });

  test("between commit and dispatch: the launch stands, and is carried out after the restart", async () => {
    const all = await installation();
    // The first launch shows web the gateways; the second it commits without being able to hand anything over.
    await ended(all, await launchCampaign(all, 1));
    all.links.emailClient.set({ mode: "reset" });
    const campaign = await launchCampaign(all, CONTACTS);
    await until(async () => (await standingOf(all, campaign)).state === "sending");
    await all.webs[0]?.kill();
    all.links.emailClient.heal();
    await all.webs[0]?.start();
    expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
    await expectPromiseKept(all, campaign);
  });

  test("fault 15: between receiving a report and answering: it comes again and counts once", async () => {
    const all = await installation();
    // Whatever web answers is lost on the way: the first reports come again and again, and no others.
    all.links.web.set({ cutAfterBytes: { toClient: 1 } });
    const campaign = await launchCampaign(all, CONTACTS);
    await reached(all, campaign, ["sending", "sent"]);
    expect((await journalLeft(all)).left.join()).toContain("entries in the outbox");
    await all.webs[0]?.kill();
    all.links.web.heal();
    await all.webs[0]?.start();
    expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
    await expectPromiseKept(all, campaign);
  });
});

describe("kill -9 of a database, mid-campaign", () => {
  test("fault 6: Redis: the journal is what it was, and the campaign ends", async () => {
    const all = await installation();
    await all.mock("PUT", "/script", [{ delay_ms: 10, status: 202, times: 100_000 }]);
    const campaign = await launchCampaign(all, CONTACTS);
    await reached(all, campaign, ["sent"], 50);
    await all.redis.kill();
    await all.redis.start();
    await ended(all, campaign);
    await expectPromiseKept(all, campaign);
  });

  test("Postgres: what was not committed is done again, and the campaign ends", async () => {
    const all = await installation();
    await all.mock("PUT", "/script", [{ delay_ms: 10, status: 202, times: 100_000 }]);
    const campaign = await launchCampaign(all, CONTACTS);
    await reached(all, campaign, ["sent"], 50);
    await all.postgres.kill();
    await all.postgres.start();
    expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
    await expectPromiseKept(all, campaign);
  });
});

test("fault 4: SIGTERM of both services in the middle: both stop cleanly, and nothing is even uncertain", async () => {
  const all = await installation();
  await all.mock("PUT", "/script", [{ delay_ms: 10, status: 202, times: 100_000 }]);
  const campaign = await launchCampaign(all, CONTACTS);
  await reached(all, campaign, ["sent"], 50);
  const codes = await Promise.all([all.emailClients[0]?.terminate(), all.webs[0]?.terminate()]);
  expect(codes).toEqual([0, 0]);
  await Promise.all([all.emailClients[0]?.start(), all.webs[0]?.start()]);
  expect((await ended(all, campaign)).counts).toEqual({ sent: CONTACTS });
  await expectPromiseKept(all, campaign);
});

test("two webs and two email clients share the work of one campaign, and one of each may die", async () => {
  const all = await installation({ webs: 2, emailClients: 2 });
  await all.mock("PUT", "/script", [{ delay_ms: 10, status: 202, times: 100_000 }]);
  const campaign = await launchCampaign(all, 2 * CONTACTS);
  await reached(all, campaign, ["sent"], 50);
  await Promise.all([all.emailClients[1]?.kill(), all.webs[1]?.kill()]);
  const standing = await ended(all, campaign);
  expect(standing.counts["uncertain"] ?? 0).toBeLessThanOrEqual(IN_FLIGHT);
  await expectPromiseKept(all, campaign);
});

test("I: no password, token, address or body is in the log of any service", async () => {
  const all = await installation({ weights: "202=60,500=20,400=10,401=10" });
  const campaign = await launchCampaign(all, 50);
  await ended(all, campaign);
  const logs = [...all.webs, ...all.emailClients].map((program) => program.output()).join("");
  for (const secret of [
    "hunter2",
    "@example.com",
    "Hello P1",
    "mw_",
    Buffer.alloc(32, 7).toString("base64"),
  ]) {
    expect(logs).not.toContain(secret);
  }
});
