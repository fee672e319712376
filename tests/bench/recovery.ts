import { PACE } from "@mailwright/email_client/pace.ts";
import { type OwnServer, until } from "@mailwright/testing";
import { Redis } from "ioredis";
import postgres from "postgres";
import { launchCampaign } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";

/** Emails a second: few enough that hardly any is under way when something is killed, and that none is missed. */
const RATE = 50;
/** One batch, with enough in it to outlast every wait. */
const EMAILS = 500;

/**
 * Seconds until emails are accepted by the gateway again:
 * - `worker_*`: from kill -9 of the email client that works on a batch to the first email of it that another one sends;
 * - `redis_*`: from a killed Redis serving again to the first email, in the middle of a campaign;
 * - `postgres_*`: from a killed Postgres serving again to the first email of a campaign that was launched before and that
 *   nothing of had been handed over.
 *
 * Each is done `rounds` times; the median and the longest are told.
 */
export async function benchRecovery(rounds: number) {
  const seconds = { worker: [] as number[], redis: [] as number[], postgres: [] as number[] };
  await using all = await startInstallation({ emailClients: 2 });
  await all.api("PATCH", `/gateways/${all.gateway}`, { rate_per_second: RATE });
  // The first campaign makes everything warm, and shows web the gateway.
  await withCampaign(all, () => firstAcceptanceAfter(all, 0));
  for (let round = 0; round < rounds; round++) {
    seconds.worker.push(await afterWorkerDied(all, round / rounds));
    seconds.redis.push(await afterRedisDied(all));
    seconds.postgres.push(await afterPostgresDied(all));
  }
  return {
    rounds,
    ...told("worker", seconds.worker),
    ...told("redis", seconds.redis),
    ...told("postgres", seconds.postgres),
  };
}

/** `phase`, from 0 to 1: how far the lock of the batch is on its way to being renewed when its holder dies. */
async function afterWorkerDied(all: Installation, phase: number): Promise<number> {
  const [victim, successor] = all.emailClients as [
    Installation["emailClients"][number],
    Installation["emailClients"][number],
  ];
  // Alone when the batch comes, the victim is the one who holds it.
  await successor.kill();
  return await withCampaign(all, async () => {
    await successor.start();
    await Bun.sleep(phase * PACE.renewMs);
    await victim.kill();
    const died = Date.now();
    const seconds = await firstAcceptanceAfter(all, await afterTheLast(all), died);
    await victim.start();
    return seconds;
  });
}

async function afterRedisDied(all: Installation): Promise<number> {
  return await withCampaign(all, async () => {
    await all.redis.kill();
    await Bun.sleep(2_000);
    const before = await afterTheLast(all);
    const since = await startedAgain(all.redis, () => answersPing(all.redis.url));
    return await firstAcceptanceAfter(all, before, since);
  });
}

async function afterPostgresDied(all: Installation): Promise<number> {
  // Web remembers the gateways for a moment, and the launch needs no more of the email client.
  await all.api("GET", "/gateways");
  all.links.emailClient.set({ mode: "reset" });
  const campaign = await launchCampaign(all, EMAILS);
  await until(async () => (await stateOf(all, campaign)) === "sending", {
    what: "the audience to be frozen",
  });
  await all.postgres.kill();
  all.links.emailClient.heal();
  await Bun.sleep(2_000);
  const before = await afterTheLast(all);
  const since = await startedAgain(all.postgres, () => answersQuery(all.postgres.url));
  const seconds = await firstAcceptanceAfter(all, before, since);
  await cancel(all, campaign);
  return seconds;
}

/** Starts a server again and tells when it first answered, in milliseconds since 1970. */
async function startedAgain(server: OwnServer, answers: () => Promise<boolean>): Promise<number> {
  const [, answered] = await Promise.all([
    server.start(),
    until(answers, { what: "the server to answer", timeoutMs: 60_000 }).then(() => Date.now()),
  ]);
  return answered;
}

async function answersPing(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, enableReadyCheck: false });
  redis.on("error", () => {});
  try {
    await redis.connect();
    return (await redis.ping()) === "PONG";
  } finally {
    redis.disconnect();
  }
}

async function answersQuery(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1 });
  try {
    return (await sql`SELECT 1`).length === 1;
  } finally {
    await sql.end({ timeout: 0 });
  }
}

/** Does something in the middle of a campaign, which is cancelled then. */
async function withCampaign<T>(all: Installation, act: () => Promise<T>): Promise<T> {
  const before = await acceptedBy(all);
  const campaign = await launchCampaign(all, EMAILS);
  await firstAcceptanceAfter(all, before + 20);
  const answer = await act();
  await cancel(all, campaign);
  return answer;
}

async function cancel(all: Installation, campaign: string): Promise<void> {
  // A web that has just lost its database may refuse the first order.
  await until(() => all.api("POST", `/campaigns/${campaign}/cancel`).then(() => true), {
    what: "the campaign to be cancelled",
    timeoutMs: 30_000,
    everyMs: 200,
  });
  await until(async () => (await stateOf(all, campaign)) === "cancelled", {
    what: "the campaign to end",
    timeoutMs: 60_000,
    everyMs: 50,
  });
}

async function stateOf({ sql }: Installation, campaign: string): Promise<string> {
  const [row] = await sql`SELECT state FROM campaign WHERE id = ${campaign}`;
  return row?.["state"] as string;
}

async function acceptedBy({ mock }: Installation): Promise<number> {
  return (await mock<{ accepted: number }>("GET", "/ledger/summary")).accepted;
}

/** How many were accepted when nothing is under way any more. */
async function afterTheLast(all: Installation): Promise<number> {
  let before = -1;
  return await until(
    async () => {
      const now = await acceptedBy(all);
      const settled = now === before;
      before = now;
      return settled && now;
    },
    { what: "nothing to be under way", everyMs: 100 },
  );
}

/** Seconds from `since` (milliseconds since 1970) to the acceptance that comes after so many, by the gateway's own ledger. */
async function firstAcceptanceAfter(
  { mock }: Installation,
  before: number,
  since: number = Date.now(),
): Promise<number> {
  const first = await until(
    async () => {
      const page = `/ledger?limit=1&after=${before}`;
      return (await mock<{ items: { at: string }[] }>("GET", page)).items[0];
    },
    { what: "the next email to be accepted", timeoutMs: 60_000, everyMs: 20 },
  );
  return (Date.parse(first.at) - since) / 1000;
}

function told(what: string, seconds: readonly number[]): Record<string, number> {
  const sorted = seconds.toSorted((a, b) => a - b);
  return {
    [`${what}_median_s`]: rounded(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN),
    [`${what}_longest_s`]: rounded(sorted.at(-1) ?? Number.NaN),
  };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
