import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { type FrozenCampaign, frozenCampaign } from "../../testing/dispatch.ts";
import { launchingCampaign, standing } from "../../testing/ledger.ts";
import { cancelCampaign, resumeCampaign } from "../campaigns/steering.ts";
import { cancelUnclaimedBatches } from "./cancellation-queries.ts";
import { syncControls } from "./control.ts";
import { freezeLaunched } from "./freeze.ts";
import { handOverNext, WINDOW } from "./handover.ts";
import { claimBatches } from "./handover-queries.ts";

const TOO_LARGE = { status: 413, body: { title: "The body is too large" } };

/** A campaign whose one batch is refused for good, when it is brought. */
async function refused() {
  const given = await frozenCampaign(3);
  const { context, standIn } = given;
  standIn.answerNext("POST /v1/batches", TOO_LARGE);
  await handOverNext(context);
  return given;
}

async function reasonOf({ db, campaign }: Pick<FrozenCampaign, "db" | "campaign">) {
  const [row] = await db.execute(
    sql`SELECT "state", "state_reason" FROM "campaign" WHERE "id" = ${campaign}`,
  );
  return row;
}

test("a campaign whose batch is refused for good is paused and says why, and holds up no other", async () => {
  await using given = await refused();
  const { db, campaign, context, standIn } = given;
  const because = { state: "paused", state_reason: expect.stringContaining("is too large") };
  expect(await reasonOf(given)).toEqual(because);
  const [activity] = await db.execute(sql`SELECT "actor", "action" FROM "campaign_activity"`);
  expect(activity).toEqual({ actor: "Mailwright", action: "paused" });

  const [segment] = await db.execute<{ id: string }>(sql`SELECT "id" FROM "segment"`);
  await launchingCampaign({ db, segment: segment?.id as string, gateway: newId() });
  await freezeLaunched(context);
  expect((await handOverNext(context)).kind).toBe("handed");
  expect(standIn.batches.map(({ campaign: id }) => id === campaign)).toEqual([false]);

  await resumeCampaign(db, campaign, "Anna");
  standIn.answerNext("POST /v1/batches", TOO_LARGE);
  await handOverNext(context);
  expect(await reasonOf(given)).toEqual(because);
  await resumeCampaign(db, campaign, "Anna");
  expect((await handOverNext(context)).kind).toBe("handed");
  expect(await standing(db, campaign)).toMatchObject({ state: "sending", unhanded: 0 });
});

test("what the email client will do something about by itself pauses nothing", async () => {
  await using given = await frozenCampaign(3);
  const { context, standIn } = given;
  for (const status of [401, 409, 429, 500, 503]) {
    standIn.answerNext("POST /v1/batches", { status });
    if (status === 409) standIn.answerNext("PUT /v1/contents/", { status: 503 });
    expect((await handOverNext(context)).kind).toBe(status === 429 ? "full" : "busy");
    expect(await reasonOf(given)).toEqual({ state: "sending", state_reason: null });
  }
});

test("one that is cancelled then comes to its end, for the email client never had its batch", async () => {
  await using given = await refused();
  const { db, campaign, context, standIn } = given;
  await cancelCampaign(db, campaign, "Anna");
  await syncControls(context);
  expect(await cancelUnclaimedBatches(db, 20)).toBe(0);
  // As long as the email client cannot say that, it may have it.
  standIn.answerNext("POST /v1/batches", TOO_LARGE);
  standIn.answerNext("GET /v1/batches/", { status: 503 });
  expect((await handOverNext(context)).kind).toBe("busy");
  expect(await cancelUnclaimedBatches(db, 20)).toBe(0);
  standIn.answerNext("POST /v1/batches", TOO_LARGE);
  await handOverNext(context);
  expect(await cancelUnclaimedBatches(db, 20)).toBe(1);
  expect(await standing(db, campaign)).toMatchObject({
    state: "cancelled",
    unhanded: 0,
    counts: { cancelled: 3 },
  });
});

test("one whose batches find no room at the email client keeps no other waiting", async () => {
  await using given = await frozenCampaign(3_000);
  const { db, campaign, context } = given;
  const [segment] = await db.execute<{ id: string }>(sql`SELECT "id" FROM "segment"`);
  const later = { db, segment: segment?.id as string, gateway: newId() };
  const other = await launchingCampaign(later);
  await freezeLaunched(context);
  const claimed = await claimBatches(db, { window: WINDOW, most: 4, claimS: 15 });
  const perCampaign = Map.groupBy(claimed, ({ campaign_id }) => campaign_id);
  expect([campaign, other].map((id) => perCampaign.get(id)?.length)).toEqual([2, 2]);
});
