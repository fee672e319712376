import { afterAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { silentLog, systemClock } from "@mailwright/platform";
import { ManualClock, until } from "@mailwright/testing";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { appOf, signedInClient } from "../../testing/client.ts";
import type { Context } from "../../context.ts";
import { listen } from "../../http/listen.ts";
import { Rate } from "./rate.ts";
import { watchCampaigns } from "./watch.ts";

const servers = new AsyncDisposableStack();
afterAll(() => servers.disposeAsync());

/** What a browser on a real socket has got of a stream so far. */
async function open(context: Context, path: string) {
  const { url } = servers.use(listen(appOf(context), 0));
  const client = await signedInClient(context);
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const leaving = new AbortController();
  const response = await fetch(url + path, { headers: { cookie }, signal: leaving.signal });
  const seen = { messages: [] as { at: number; text: string }[], ended: false };
  void (async () => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
        seen.messages.push({ at: performance.now(), text: text.slice(0, end) });
        text = text.slice(end + 2);
      }
    }
    seen.ended = true;
  })().catch(() => {});
  return { response, seen, leave: () => leaving.abort() };
}

/** Moves an email of a campaign to and fro, as its counts see it. */
async function move({ db }: Context, campaign: string) {
  await db.execute(sql`
    UPDATE "campaign" SET "queued" = 1 - "queued", "sending" = 1 - "sending", "updated_at" = clock_timestamp()
    WHERE "id" = ${campaign}
  `);
}

async function finish({ db }: Context, campaign: string) {
  await db.execute(sql`
    UPDATE "campaign" SET "queued" = 0, "sending" = 0, "sent" = "audience", "state" = 'finished', "updated_at" = clock_timestamp()
    WHERE "id" = ${campaign}
  `);
}

test("a page is kept up to date at most four times a second, up to the last email, and then told that it is over", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "sending", { queued: 1 });
  const { response, seen } = await open(context, `/campaigns/${id}/live`);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  let moves = 0;
  for (; seen.messages.length < 12; moves++) await move(context, id);
  await finish(context, id);
  await until(() => seen.ended, { what: "the stream to end" });
  expect(seen.messages.at(-1)?.text).toBe("event: done\ndata: ");
  const updates = seen.messages.slice(0, -1);
  expect(updates.at(-1)?.text).toContain("Every recipient is accounted for.");
  expect(moves).toBeGreaterThan(updates.length);
  const elapsed = (updates.at(-1)?.at ?? 0) - (updates[0]?.at ?? 0);
  expect(updates.length).toBeLessThanOrEqual(elapsed / 250 + 2);
});

test("a stream ends when its campaign is deleted or has ended already, and is refused for one that never was", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  const [ended, draft] = [await fixture.draft(), await fixture.draft()];
  await launchedWith(fixture, ended, "finished", { sent: 1 });
  for (const id of [ended, draft]) {
    const { seen } = await open(context, `/campaigns/${id}/live`);
    await until(() => seen.ended);
    expect(seen.messages).toHaveLength(2);
  }
  const gone = await fixture.draft();
  await launchedWith(fixture, gone, "paused", { queued: 1 });
  const { seen } = await open(context, `/campaigns/${gone}/live`);
  await until(() => seen.messages.length === 1);
  await context.db.execute(sql`DELETE FROM "campaign" WHERE "id" = ${gone}`);
  await until(() => seen.ended);
  expect(seen.messages.at(-1)?.text).toBe("event: done\ndata: ");
});

test("the rows of the list are kept up to date together, each in its own cells", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  const [one, two] = [await fixture.draft("One"), await fixture.draft("Two")];
  await launchedWith(fixture, one, "sending", { queued: 1 });
  await launchedWith(fixture, two, "sending", { queued: 1 });
  const { seen } = await open(context, `/campaigns/live?id=${one}&id=${two}&id=nonsense`);
  await finish(context, one);
  await until(() =>
    seen.messages.some(({ text }) => text.includes(`#state-${one}`) && text.includes("Finished")),
  );
  await context.db.execute(sql`DELETE FROM "campaign" WHERE "id" = ${two}`);
  await until(() => seen.ended);
  expect(seen.messages.at(-1)?.text).toBe("event: done\ndata: ");
});

test("everybody who follows a campaign shares one look at it, and nobody looks when nobody follows", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "paused", { queued: 1 });
  let looks = 0;
  const db = new Proxy(context.db, {
    get(target, name, receiver) {
      if (name === "select") looks++;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  const clock = new ManualClock();
  const watch = watchCampaigns({ db, clock, log: silentLog });
  const leaving = new AbortController();
  const followers = Array.from({ length: 20 }, () => watch.follow(id, leaving.signal));
  const first = await Promise.all(followers.map((follower) => follower.next()));
  expect(first.map(({ value }) => value?.campaign.state)).toEqual(
    Array.from({ length: 20 }, () => "paused"),
  );
  expect(looks).toBe(1);
  leaving.abort();
  await Promise.all(followers.map((follower) => follower.next()));
  await until(async () => {
    await clock.advance(1_000);
    return clock.sleeping === 0;
  });
  const before = looks;
  await clock.advance(10_000);
  expect(looks).toBe(before);
});

test("a database that fails for a moment only delays what is shown", async () => {
  await using fixture = await campaignFixture(1);
  const { context } = fixture;
  const id = await fixture.draft();
  await launchedWith(fixture, id, "paused", { queued: 1 });
  let failures = 2;
  const db = new Proxy(context.db, {
    get(target, name, receiver) {
      if (name === "select" && failures-- > 0) throw new Error("the connection is gone");
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  const watch = watchCampaigns({
    db,
    clock: { ...systemClock, sleep: () => Bun.sleep(1) },
    log: silentLog,
  });
  const leaving = new AbortController();
  const { value } = await watch.follow(id, leaving.signal).next();
  expect(value?.campaign.id).toBe(id);
  leaving.abort();
});

test("the pace is that of the last seconds, and begins anew when emails are sent again", () => {
  const rate = new Rate();
  expect(rate.note(0, 0, 1_000)).toBeUndefined();
  expect(rate.note(500, 50, 950)).toBeUndefined();
  expect(rate.note(2_000, 200, 800)).toEqual({ perSecond: 100, leftMs: 8_000 });
  expect(rate.note(22_000, 1_000, 0)).toEqual({ perSecond: 40, leftMs: 0 });
  expect(rate.note(23_000, 900, 100)).toBeUndefined();
  expect(rate.note(25_000, 950, 50)).toEqual({ perSecond: 25, leftMs: 2_000 });
  expect(rate.note(60_000, 950, 50)).toBeUndefined();
  // The clock was set back.
  expect(rate.note(30_000, 960, 40)).toBeUndefined();
  expect(rate.note(32_000, 980, 20)).toEqual({ perSecond: 10, leftMs: 2_000 });
});
