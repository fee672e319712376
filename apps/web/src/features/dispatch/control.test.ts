import { expect, test } from "bun:test";
import { frozenCampaign } from "../../testing/dispatch.ts";
import { pauseCampaign, resumeCampaign } from "../campaigns/steering.ts";
import { syncControls } from "./control.ts";
import { handOverNext } from "./handover.ts";

test("a paused campaign hands nothing over, a resumed one goes on, and the email client hears of both in order", async () => {
  await using given = await frozenCampaign(1);
  const { db, campaign, context, standIn } = given;
  expect(await pauseCampaign(db, campaign, "Anna")).toEqual({ kind: "done" });
  expect(await handOverNext(context)).toEqual({ kind: "idle" });
  standIn.answerNext(`PUT /v1/campaigns/${campaign}/control`, { status: 503 });
  await syncControls(context);
  await Promise.all([syncControls(context), syncControls(context)]);
  expect(await resumeCampaign(db, campaign, "Anna")).toEqual({ kind: "done" });
  await syncControls(context);
  await syncControls(context);
  expect(
    standIn.controls.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1]),
  ).toEqual(["paused", "running"]);
  expect(await handOverNext(context)).toEqual({ kind: "handed" });
});

test("every order has a higher number than the one before, also when nobody heard of that, and when the database was set back", async () => {
  await using given = await frozenCampaign(1);
  const { db, campaign, context, standIn } = given;
  const call = `PUT /v1/campaigns/${campaign}/control`;
  const orders = () =>
    standIn.calls
      .filter((each) => each.call === call)
      .map(({ body }) => body as { state: string; order: number });
  await pauseCampaign(db, campaign, "Anna");
  standIn.answerNext(call, "silence");
  await syncControls(context);
  standIn.answerNext(call, { status: 503 });
  await syncControls(context);
  // It has heard of an order that this database does not know any more.
  standIn.answerNext(call, { status: 200, body: { state: "running", order: 5_000 } });
  await syncControls(context);
  await resumeCampaign(db, campaign, "Anna");
  await syncControls(context);
  expect(orders().map(({ state }) => state)).toEqual([
    "paused",
    "paused",
    "paused",
    "paused",
    "running",
  ]);
  const numbers = orders().map(({ order }) => order);
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  expect(numbers.findIndex((order) => order > 5_000)).toBe(3);
});
