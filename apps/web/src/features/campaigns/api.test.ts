import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { apiClient } from "../../testing/client.ts";

const NONE = {
  queued: 0,
  sending: 0,
  retrying: 0,
  resolving: 0,
  sent: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
  uncertain: 0,
};

interface View {
  id: string;
  [key: string]: unknown;
}

test("a campaign is made, read, changed, listed and deleted over the API", async () => {
  await using fixture = await campaignFixture(2);
  const { call } = await apiClient(fixture.context, "editor");
  const input = {
    name: "Spring sale",
    template_id: fixture.template,
    segment_ids: [fixture.segment],
  };
  const made = await call("POST", "/api/v1/campaigns", input);
  const { id, ...view } = made.json<View>();
  expect([made.status, view]).toEqual([
    201,
    {
      ...input,
      state: "draft",
      state_reason: null,
      template_version: null,
      gateway_id: null,
      when_uncertain: "hold",
      audience: 0,
      counts: NONE,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      revision: expect.any(String),
      launched_at: null,
      finished_at: null,
    },
  ]);
  const patch = await call("PATCH", `/api/v1/campaigns/${id}`, {
    name: "Autumn sale",
    when_uncertain: "resend",
  });
  expect([patch.status, patch.json()]).toMatchObject([
    200,
    { name: "Autumn sale", when_uncertain: "resend", segment_ids: input.segment_ids },
  ]);
  expect((await call("GET", `/api/v1/campaigns/${id}`)).json()).toEqual(patch.json());
  for (const [state, found] of Object.entries({ draft: 1, paused: 0, moving: 0 })) {
    for (const name of ["search", "q"]) {
      const list = await call("GET", `/api/v1/campaigns?${name}=autumn&state=${state}`);
      expect([state, name, list.json<{ items: View[] }>().items.length]).toEqual([
        state,
        name,
        found,
      ]);
    }
  }
  const copy = await call("POST", `/api/v1/campaigns/${id}/duplicate`);
  expect([copy.status, copy.json<View>()["name"]]).toEqual([201, "Autumn sale (copy)"]);
  const gone = await call("DELETE", `/api/v1/campaigns/${id}`);
  expect([gone.status, gone.text]).toEqual([204, ""]);
  expect((await call("GET", `/api/v1/campaigns/${id}`)).status).toBe(404);
});

test("campaigns are listed as they are sorted, a page at a time", async () => {
  await using fixture = await campaignFixture(3);
  const { call } = await apiClient(fixture.context, "viewer");
  for (const [name, sent] of Object.entries({ b: 1, c: 3, a: 2 })) {
    const id = await fixture.draft(name);
    await launchedWith(fixture, id, "finished", { sent });
  }
  const orders = {
    "": "acb",
    "sort=created&direction=ascending": "bca",
    "sort=name": "abc",
    "sort=name&direction=descending": "cba",
    "sort=audience": "cab",
    "sort=audience&direction=ascending": "bac",
  };
  for (const [query, expected] of Object.entries(orders)) {
    const path = `/api/v1/campaigns?limit=2&${query}`;
    const first = (await call("GET", path)).json<{ items: View[]; next: string }>();
    const rest = await call("GET", `${path}&after=${first.next}`);
    const all = [...first.items, ...rest.json<{ items: View[] }>().items];
    expect([query, all.map(({ name }) => name).join("")]).toEqual([query, expected]);
  }
  expect((await call("GET", "/api/v1/campaigns?sort=state")).status).toBe(400);
});

test("who did what to a campaign is listed, the newest first", async () => {
  await using fixture = await campaignFixture(1);
  const { call } = await apiClient(fixture.context, "editor");
  const id = await fixture.draft();
  await call("PATCH", `/api/v1/campaigns/${id}`, { name: "Autumn sale" });
  await call("POST", `/api/v1/campaigns/${id}/launch`);
  const viewer = await apiClient(fixture.context, "viewer");
  const answer = await viewer.call("GET", `/api/v1/campaigns/${id}/activity`);
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const detail = expect.any(Object);
  expect(answer.json<object>()).toEqual({
    items: [
      { at, actor: "Test", action: "launched", detail },
      { at, actor: "Test", action: "changed", detail },
      { at, actor: "Anna", action: "created", detail },
    ],
  });
  expect((await call("GET", `/api/v1/campaigns/${newId()}/activity`)).status).toBe(404);
});

test("what is wrong with a campaign is named by its field, blank names among it", async () => {
  await using fixture = await campaignFixture(1);
  const { call } = await apiClient(fixture.context, "editor");
  const faults = async (body: object) => {
    const answer = await call("POST", "/api/v1/campaigns", body);
    const { errors } = answer.json<{ errors: { field: string }[] }>();
    return [answer.status, errors.map(({ field }) => field).toSorted()];
  };
  const good = { name: "News", template_id: fixture.template, segment_ids: [fixture.segment] };
  expect(await faults({})).toEqual([422, ["name", "segment_ids", "template_id"]]);
  expect(await faults({ ...good, name: "   " })).toEqual([422, ["name"]]);
  expect(await faults({ ...good, name: "a\r\nBcc: x" })).toEqual([422, ["name"]]);
  expect(await faults({ ...good, segment_ids: ["x"] })).toEqual([422, ["segment_ids.0"]]);
  expect(await faults({ ...good, template_id: newId(), segment_ids: [newId()] })).toEqual([
    422,
    ["segment_ids", "template_id"],
  ]);
  expect(await faults({ ...good, when_uncertain: "never" })).toEqual([422, ["when_uncertain"]]);
  expect(await faults({ ...good, state: "sending" })).toEqual([422, ["state"]]);
});

test("orders over the API answer 202 with the campaign, or 409 with why not", async () => {
  await using fixture = await campaignFixture(2);
  const { call } = await apiClient(fixture.context, "editor");
  const id = await fixture.draft();
  const order = async (method: string, noun: string, body?: unknown) => {
    const answer = await call(method, `/api/v1/campaigns/${id}/${noun}`, body);
    const { state, detail } = answer.json<{ state?: string; detail?: string }>();
    return [answer.status, state ?? detail];
  };
  expect(await order("POST", "pause")).toEqual([
    409,
    "Only a campaign that is sending can be paused. It is a draft.",
  ]);
  expect(await order("POST", "launch")).toEqual([202, "launching"]);
  expect(await order("POST", "launch")).toEqual([
    409,
    "A campaign is launched once, and this one was. It is being launched: its audience is being frozen.",
  ]);
  await launchedWith(fixture, id, "sending", { sent: 1, queued: 1 });
  expect(await order("POST", "pause")).toEqual([202, "paused"]);
  expect(await order("DELETE", "pause")).toEqual([202, "sending"]);
  expect(await order("POST", "cancel")).toEqual([202, "cancelling"]);
  expect(await order("POST", "requeue", { states: ["failed"] })).toEqual([
    409,
    "Only the emails of a campaign that is sending, paused or finished can be requeued. It is being cancelled.",
  ]);
  expect((await call("DELETE", `/api/v1/campaigns/${id}`)).status).toBe(409);
});

test("what stands in the way of a launch is all said at once", async () => {
  await using fixture = await campaignFixture(0);
  const { call } = await apiClient(fixture.context, "editor");
  const id = await fixture.draft();
  await fixture.context.db.execute(sql`UPDATE "setting" SET "from_email" = ''`);
  const refused = await call("POST", `/api/v1/campaigns/${id}/launch`);
  expect([refused.status, refused.json<{ detail: string }>().detail]).toEqual([
    409,
    "Nobody is in the chosen segments, so there is nobody to send to. Set the From name and address in the settings.",
  ]);
});

test("emails are requeued over the API, all of some states or those that are named", async () => {
  await using fixture = await campaignFixture(6);
  const { call } = await apiClient(fixture.context, "editor");
  const id = await fixture.draft();
  const { failed, uncertain } = await launchedWith(fixture, id, "finished", {
    failed: 3,
    uncertain: 3,
  });
  const requeue = async (body: object) => {
    const answer = await call("POST", `/api/v1/campaigns/${id}/requeue`, body);
    return [answer.status, answer.json<{ requeued?: number }>().requeued];
  };
  expect(await requeue({ states: ["failed"], email_ids: [failed[0], uncertain[0]] })).toEqual([
    202, 1,
  ]);
  expect(await requeue({ states: ["failed"], email_ids: [] })).toEqual([202, 0]);
  expect(await requeue({ states: ["failed", "uncertain"] })).toEqual([202, 5]);
  expect(await requeue({ states: ["sent"] })).toEqual([422, undefined]);
  expect(await requeue({ states: [] })).toEqual([422, undefined]);
});

test("the ledger is read over the API: emails by state, one email with why, and every transition", async () => {
  await using fixture = await campaignFixture(3);
  const { call } = await apiClient(fixture.context, "viewer");
  const id = await fixture.draft();
  const { failed } = await launchedWith(
    fixture,
    id,
    "finished",
    { sent: 1, failed: 2 },
    {
      failed: { error_code: "rejected", error_detail: "422 No" },
    },
  );
  const [first = ""] = failed.toSorted();
  const page = (await call("GET", `/api/v1/campaigns/${id}/emails?state=failed&limit=1`)).json<{
    items: View[];
    next: string;
  }>();
  const email = {
    id: first,
    campaign_id: id,
    contact_id: expect.any(String),
    address: expect.stringMatching(/^p\d@example\.com$/),
    run: 1,
    seq: 2,
    state: "failed",
    at: expect.any(String),
    attempt: 1,
    message_id: null,
    gateway_id: null,
    due_at: null,
    error: { code: "rejected", detail: "422 No" },
  };
  expect(page.items).toEqual([email]);
  const rest = (
    await call("GET", `/api/v1/campaigns/${id}/emails?state=failed&after=${page.next}`)
  ).json<{ items: View[] }>();
  expect([rest.items.length, "next" in rest]).toEqual([1, false]);
  expect((await call("GET", `/api/v1/emails/${first}`)).json()).toEqual({
    ...email,
    why: expect.objectContaining({ what: "The gateway rejected it for good." }),
  });
  const events = (await call("GET", `/api/v1/emails/${first}/events?limit=1`)).json<{
    items: View[];
    next: string;
  }>();
  expect(events.items).toMatchObject([
    { id: first, run: 1, seq: 1, event: "START", state: "sending" },
  ]);
  const more = (await call("GET", `/api/v1/emails/${first}/events?after=${events.next}`)).json<{
    items: View[];
  }>();
  expect(more.items).toMatchObject([
    { run: 1, seq: 2, state: "failed", error: { code: "rejected", detail: "422 No" } },
  ]);
  expect((await call("GET", `/api/v1/campaigns/${id}/emails?state=lost`)).status).toBe(400);
  expect((await call("GET", `/api/v1/campaigns/${newId()}/emails`)).status).toBe(404);
});

test("a token that may only read changes nothing", async () => {
  await using fixture = await campaignFixture(1);
  const { call } = await apiClient(fixture.context, "viewer");
  const id = await fixture.draft();
  for (const [method, path] of [
    ["POST", "/api/v1/campaigns"],
    ["PATCH", `/api/v1/campaigns/${id}`],
    ["DELETE", `/api/v1/campaigns/${id}`],
    ["POST", `/api/v1/campaigns/${id}/duplicate`],
    ["POST", `/api/v1/campaigns/${id}/launch`],
    ["POST", `/api/v1/campaigns/${id}/pause`],
    ["DELETE", `/api/v1/campaigns/${id}/pause`],
    ["POST", `/api/v1/campaigns/${id}/cancel`],
    ["POST", `/api/v1/campaigns/${id}/requeue`],
  ] as const)
    expect([path, (await call(method, path, {})).status]).toEqual([path, 403]);
});
