import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { type CampaignFixture, campaignFixture, settingsWith } from "../../testing/campaigns.ts";
import { type Answer, apiClient, signedInClient } from "../../testing/client.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { created } from "../segments/fixtures/segments.ts";
import { addToSegment, changeSegment } from "../segments/segments.ts";
import { changeSettings, readSettings } from "../settings/settings.ts";
import { saveTemplate } from "../templates/templates.ts";
import { changeCampaign, readCampaign } from "./campaigns.ts";
import { launchCampaign } from "./launch.ts";

const KNOWN = { field: "email", is: "not_equals", value: "nobody@example.com" } as const;

/** A draft to a dynamic segment, and what somebody else may do while it is looked at. */
async function draftToARule(at: CampaignFixture) {
  const { db } = at.context;
  const rule = await created(db, "Known", KNOWN);
  const id = await at.draft();
  await changeCampaign(at.context, id, { segment_ids: [at.segment, rule.id] }, "Anna");
  return { id, rule: rule.id };
}

/** The email client has another gateway too, which is the default by now. */
async function anotherDefault({ standIn, gateway, context }: CampaignFixture) {
  const { gateways, kinds } = settingsWith(gateway);
  const other = { ...gateways[0], id: newId(), name: "Second", default: true };
  standIn.answerAlways("GET /v1/settings", {
    gateways: [{ ...gateways[0], default: false }, other],
    kinds,
  });
  await context.gatewayWatch.refresh();
}

/** What the form of a review posts. */
function confirmed(review: Answer): Record<string, string> {
  const fields = review.find('form[action$="/launch"] input');
  return Object.fromEntries(
    fields.map(({ attributes }) => [attributes["name"] ?? "", attributes["value"] ?? ""]),
  );
}

type Meanwhile = (at: CampaignFixture, rule: string) => Promise<unknown>;

/** What decides what is sent to whom and is none of the campaign's row, and what the page says was changed. */
const MEANWHILE: Readonly<Record<string, Meanwhile>> = {
  "its template": ({ context, template }) =>
    saveTemplate(context.db, template, { body: "Hello, changed" }, "Bo"),
  "the settings": ({ context }) => changeSettings(context.db, { from_name: "Another" }),
  "a segment that it goes to": ({ context }, rule) =>
    changeSegment(context.db, rule, { rule: { field: "email", is: "contains", value: "@" } }),
  "the default gateway": (at) => anotherDefault(at),
  "its template and the settings": async ({ context, template }) => {
    await saveTemplate(context.db, template, { subject: "Changed" }, "Bo");
    await changeSettings(context.db, { retry: { attempts: 9 } });
  },
};

test.each(Object.keys(MEANWHILE))(
  "when somebody changes %s while the review is open, nothing is launched but the review shown anew",
  async (what) => {
    await using at = await campaignFixture(2);
    const { context } = at;
    const { id, rule } = await draftToARule(at);
    const editor = await signedInClient(context, "editor");
    const review = await editor.get(`/campaigns/${id}/launch`);
    await MEANWHILE[what]?.(at, rule);
    const refused = await editor.post(`/campaigns/${id}/launch`, confirmed(review));
    expect([refused.status, refused.textOf(".callout")]).toEqual([
      409,
      `It was not launchedSomebody changed ${what} since you looked at it. Look at it again as it is now, then launch it.`,
    ]);
    expect((await readCampaign(context.db, id))?.state).toBe("draft");
    const launched = await editor.post(`/campaigns/${id}/launch`, confirmed(refused));
    expect([launched.status, (await readCampaign(context.db, id))?.state]).toEqual([
      303,
      "launching",
    ]);
  },
);

test("what decides nothing of a launch may change while the review is open, and the first press launches", async () => {
  await using at = await campaignFixture(2);
  const { context, segment } = at;
  const { db } = context;
  const { id, rule } = await draftToARule(at);
  const editor = await signedInClient(context, "editor");
  const review = await editor.get(`/campaigns/${id}/launch`);
  // Somebody comes, and somebody saves what was there.
  const [newcomer] = await db.execute<{ id: string }>(
    sql`INSERT INTO "contact" ("email", "canonical_email") VALUES ('new@example.com', 'new@example.com') RETURNING "id"`,
  );
  await addToSegment(db, segment, [newcomer?.id ?? ""]);
  await changeSegment(db, rule, { name: "Known", rule: KNOWN });
  await changeSettings(db, await readSettings(db));
  // And the email client goes: what it said in the last minute has to do.
  at.standIn.answerAlways("GET /v1/settings", { nonsense: true });
  const launched = await editor.post(`/campaigns/${id}/launch`, confirmed(review));
  expect([launched.status, (await readCampaign(db, id))?.state]).toEqual([303, "launching"]);
});

test("a review that an older Mailwright showed launches nothing, and says to look again", async () => {
  await using at = await campaignFixture(2);
  const { context } = at;
  const id = await at.draft();
  const editor = await signedInClient(context, "editor");
  const [row] = await context.db.execute<{ revision: string }>(
    sql`SELECT "updated_at"::text AS "revision" FROM "campaign" WHERE "id" = ${id}`,
  );
  const refused = await editor.post(`/campaigns/${id}/launch`, { revision: row?.revision ?? "" });
  expect([refused.status, refused.textOf(".callout")]).toEqual([
    409,
    "It was not launchedMailwright was updated since you looked at it, and cannot tell whether anything of it was changed. Look at it again as it is now, then launch it.",
  ]);
  expect((await editor.post(`/campaigns/${id}/launch`, confirmed(refused))).status).toBe(303);
});

test.each(Object.keys(MEANWHILE))(
  "a program that read a draft launches nothing else when somebody changes %s, and may still change the draft",
  async (what) => {
    await using at = await campaignFixture(2);
    const { id, rule } = await draftToARule(at);
    const { call } = await apiClient(at.context, "editor");
    const path = `/api/v1/campaigns/${id}`;
    const { revision } = (await call("GET", path)).json<{ revision: string }>();
    await MEANWHILE[what]?.(at, rule);
    const seen = { revision, gateway_id: at.gateway };
    const refused = await call("POST", `${path}/launch`, seen);
    expect([refused.status, refused.json()]).toMatchObject([
      409,
      { detail: `Somebody changed ${what} meanwhile. Look at it again, then launch it.` },
    ]);
    const changed = await call("PATCH", path, { name: "Renamed", revision });
    expect(changed.status).toBe(200);
    const now = changed.json<{ revision: string }>().revision;
    expect((await call("POST", `${path}/launch`, { revision: now })).status).toBe(202);
  },
);

test("a rule that is being changed in the moment of the launch is waited for, and launches nothing", async () => {
  await using at = await campaignFixture(2);
  const { context } = at;
  const { db } = context;
  const { id, rule } = await draftToARule(at);
  let launching: ReturnType<typeof launchCampaign> | undefined;
  await db.transaction(async (tx) => {
    await tx.execute(
      sql`UPDATE "segment" SET "rule" = '{"field": "email", "is": "contains", "value": "@"}' WHERE "id" = ${rule}`,
    );
    launching = launchCampaign(context, id, "Anna");
    await lockWait(db);
  });
  expect(await launching).toEqual({ kind: "changed meanwhile", what: ["segments"] });
  expect((await readCampaign(db, id))?.state).toBe("draft");
});
