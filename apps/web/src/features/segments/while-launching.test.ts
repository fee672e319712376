import { expect, test } from "bun:test";
import { campaignFixture } from "../../testing/campaigns.ts";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { changeCampaign, readCampaign } from "../campaigns/campaigns.ts";
import { launchCampaign } from "../campaigns/launch.ts";
import { freezeLaunched } from "../dispatch/freeze.ts";
import { created } from "./fixtures/segments.ts";
import { changeSegment, readSegment } from "./segments.ts";

const FIRST = { field: "first_name", is: "equals", value: "P1" } as const;
const EVERYBODY = { field: "first_name", is: "begins_with", value: "P" } as const;

/** A campaign to whom a rule finds: one of three. */
async function toARule() {
  const at = await campaignFixture(3);
  const { context } = at;
  const segment = (await created(context.db, "First", FIRST)).id;
  const campaign = await at.draft("News");
  await changeCampaign(context, campaign, { segment_ids: [segment] }, "Anna");
  return { at, context, segment, campaign, [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() };
}

const WHY = "“News” is being launched to it at this moment. Try again in a minute.";

test("the rule of a segment stays while a campaign is being launched to it, so that it goes to whom it was launched to", async () => {
  await using given = await toARule();
  const { context, segment, campaign } = given;
  const { db } = context;
  const editor = await signedInClient(context, "editor");
  const { call } = await apiClient(context, "editor");
  expect(await launchCampaign(context, campaign, "Anna")).toEqual({ kind: "launching" });

  expect(await changeSegment(db, segment, { rule: EVERYBODY })).toEqual({
    kind: "being launched to",
    why: WHY,
  });
  const met = await call("PATCH", `/api/v1/segments/${segment}`, { rule: EVERYBODY });
  expect([met.status, met.json()]).toMatchObject([409, { detail: WHY }]);
  const typed = {
    name: "Everybody now",
    seen: (await readSegment(db, segment))?.revision ?? "",
    "rule.match": "all",
    "rule.0.field": "first_name",
    "rule.0.is": "begins_with",
    "rule.0.value": "P",
  };
  const form = await editor.post(`/segments/${segment}`, typed);
  expect([form.status, form.textOf("#rule-error")]).toEqual([422, WHY]);
  expect(form.find("input[name=name]")[0]?.attributes["value"]).toBe("Everybody now");
  // Its name decides about nobody.
  expect(await changeSegment(db, segment, { name: "The first", rule: FIRST })).toMatchObject({
    kind: "changed",
  });

  await freezeLaunched(context);
  expect((await readCampaign(db, campaign))?.audience).toBe(1);
  expect(await changeSegment(db, segment, { rule: EVERYBODY })).toMatchObject({ kind: "changed" });
});

test("a rule that is changed in the moment of a launch waits for it, and stays", async () => {
  await using given = await toARule();
  const { context, segment, campaign } = given;
  const { db } = context;
  let changing: ReturnType<typeof changeSegment> | undefined;
  await db.transaction(async (tx) => {
    expect(await launchCampaign({ ...context, db: tx as typeof db }, campaign, "Anna")).toEqual({
      kind: "launching",
    });
    changing = changeSegment(db, segment, { rule: EVERYBODY });
    await lockWait(db);
  });
  expect(await changing).toEqual({ kind: "being launched to", why: WHY });
});
