import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  createServiceClient,
  parseReportsAnswer,
  type Report,
  type ReportsAnswer,
} from "@mailwright/protocol";
import { until } from "@mailwright/testing";
import { Redis } from "ioredis";
import { SERVICE_KEY } from "../harness/access.ts";
import { acceptances, ended, launchCampaign, reached, standingOf } from "../system/campaign.ts";
import { type Installation, startInstallation } from "../system/installation.ts";
import { expectPromiseKept } from "../system/promise.ts";
import { breachesOfPrograms } from "./programs.ts";

const AT_ONCE = 8;
const OUTBOX_LIMIT = 1_000;

const stack = new AsyncDisposableStack();
let all: Installation;

beforeAll(async () => {
  const emailClientEnv = { SEND_CONCURRENCY: String(AT_ONCE), OUTBOX_LIMIT: String(OUTBOX_LIMIT) };
  all = stack.use(await startInstallation({ webs: 2, emailClientEnv }));
});
afterAll(() => stack.disposeAsync());

/** Posts reports to one of the webs, signed as the email client signs. */
async function post(web: number, reports: Report[]): Promise<ReportsAnswer> {
  const url = all.webs[web]?.url ?? "";
  const client = createServiceClient({ url, keys: [SERVICE_KEY], now: Date.now });
  const answer = await client.call("POST", "/internal/reports", { reports }, parseReportsAnswer);
  if (answer.kind !== "ok") throw new Error(`web ${web} answered ${JSON.stringify(answer)}`);
  return answer.value;
}

/** Does something to the emails of a campaign that web could not hand over, and cancels what is left of it. */
async function withWaitingEmails(act: (campaign: string, ids: string[]) => Promise<void>) {
  // Web remembers the gateways for a moment, and the launch needs no more of the email client.
  await all.api("GET", "/gateways");
  all.links.emailClient.set({ mode: "reset" });
  try {
    const campaign = await launchCampaign(all, 10);
    await reached(all, campaign, ["queued"], 10);
    const rows = await all.sql`SELECT id FROM email WHERE campaign_id = ${campaign} ORDER BY id`;
    await act(
      campaign,
      rows.map(({ id }) => id as string),
    );
    await all.api("POST", `/campaigns/${campaign}/cancel`);
  } finally {
    all.links.emailClient.heal();
  }
}

/** What an email that is sent at the second attempt goes through. */
function historyOf(id: string): Report[] {
  const at = Date.now();
  const common = { id, run: 1, gateway: all.gateway };
  const error = { code: "unavailable", detail: "The gateway answered 503." };
  return [
    { ...common, seq: 1, event: "START", state: "sending", at, attempt: 1 },
    { ...common, seq: 2, event: "UNAVAILABLE", state: "retrying", at: at + 1, attempt: 1, error },
    { ...common, seq: 3, event: "DUE", state: "sending", at: at + 2, attempt: 2 },
    {
      ...common,
      seq: 4,
      event: "ACCEPTED",
      state: "sent",
      at: at + 3,
      attempt: 2,
      message_id: "m",
    },
  ];
}

async function ledgerOf(id: string) {
  const [email] = await all.sql`SELECT state, seq FROM email WHERE id = ${id}`;
  const events = await all.sql`
    SELECT seq, state FROM email_event WHERE email_id = ${id} AND seq > 0 ORDER BY seq`;
  return {
    state: email?.["state"] as string,
    seq: email?.["seq"] as number,
    events: events.map(({ seq, state }) => `${seq} ${state}`),
  };
}

const WHOLE = {
  state: "sent",
  seq: 4,
  events: ["1 sending", "2 retrying", "3 sending", "4 sent"],
};

test("fault 13: a report that comes many times at once, to two webs, is written and counted once", async () => {
  await withWaitingEmails(async (campaign, [id = ""]) => {
    const history = historyOf(id);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => post(n % 2, history)));
    const sum = (of: keyof ReportsAnswer) => answers.reduce((total, each) => total + each[of], 0);
    expect([sum("applied"), sum("repeated")]).toEqual([4, 20 * 4 - 4]);
    expect(await ledgerOf(id)).toEqual(WHOLE);
    expect((await standingOf(all, campaign)).counts).toEqual({ queued: 9, sent: 1 });
  });
});

test("fault 14: reports in the wrong order and with a hole never take an email back, and what is late fills the hole", async () => {
  await withWaitingEmails(async (campaign, [id = ""]) => {
    const [start, unavailable, due, accepted] = historyOf(id) as [Report, Report, Report, Report];
    await post(0, [unavailable]);
    expect(await ledgerOf(id)).toEqual({ state: "retrying", seq: 2, events: ["2 retrying"] });
    await post(1, [accepted]);
    await post(0, [start]);
    expect(await ledgerOf(id)).toEqual({
      state: "sent",
      seq: 4,
      events: ["1 sending", "2 retrying", "4 sent"],
    });
    await post(1, [due]);
    expect(await ledgerOf(id)).toEqual(WHOLE);
    expect((await standingOf(all, campaign)).counts).toEqual({ queued: 9, sent: 1 });
  });
});

test("fault 12: web is away while emails are sent: reports wait in a bounded number, sending waits for them, and in the end web has heard all", async () => {
  const contacts = 1_500;
  await using second = all.webs[1];
  await second?.kill();
  const campaign = await launchCampaign(all, contacts);
  await reached(all, campaign, ["sent"], 20);
  await all.webs[0]?.kill();
  const waiting = () => outboxOf(all);
  let before = -1;
  await until(
    async () => {
      const now = await waiting();
      const full = now > OUTBOX_LIMIT && now === before;
      before = now;
      return full;
    },
    { what: "the outbox to be full", timeoutMs: 40_000, everyMs: 1_000 },
  );
  // An attempt that has begun reports its end, whatever the limit says.
  expect(before).toBeLessThanOrEqual(OUTBOX_LIMIT + 1_000);
  expect((await acceptances(all)).size).toBeLessThan(contacts);
  await all.webs[0]?.start();
  expect((await ended(all, campaign)).counts).toEqual({ sent: contacts });
  await expectPromiseKept(all, campaign);
  await second?.start();
  await until(async () => (await breachesOfPrograms(all)).length === 0, {
    what: "the journal to be empty and nobody to have held too much",
  });
});

/** Reports that web has not acknowledged. */
async function outboxOf({ redis }: Installation): Promise<number> {
  const direct = new Redis(redis.url);
  try {
    return Number(await direct.hget("{mw-0}:counts", "outbox"));
  } finally {
    direct.disconnect();
  }
}
