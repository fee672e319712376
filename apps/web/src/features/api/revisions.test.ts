import { afterAll, beforeAll, expect, test } from "bun:test";
import { type CampaignFixture, campaignFixture } from "../../testing/campaigns.ts";
import { apiClient } from "../../testing/client.ts";

type Program = Awaited<ReturnType<typeof apiClient>>;
interface View {
  id: string;
  name: string;
  state?: string;
  revision: string;
}

let fixture: CampaignFixture;
let program: Program;
beforeAll(async () => {
  fixture = await campaignFixture(1);
  program = await apiClient(fixture.context, "editor");
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

async function draft(name: string): Promise<View> {
  const body = { name, template_id: fixture.template, segment_ids: [fixture.segment] };
  return (await program.call("POST", "/api/v1/campaigns", body)).json<View>();
}

test.each([
  ["contacts", () => ({ name: "First", email: "anna@example.com" }), "the contact"],
  ["segments", () => ({ name: "First" }), "the segment"],
  [
    "campaigns",
    () => ({ name: "First", template_id: fixture.template, segment_ids: [fixture.segment] }),
    "the draft",
  ],
] as const)(
  "a change of %s may say what it was made from, and undoes nothing when that is another by now",
  async (noun, body, what) => {
    const { call } = program;
    const made = (await call("POST", `/api/v1/${noun}`, body())).json<View>();
    const path = `/api/v1/${noun}/${made.id}`;
    const changed = await call("PATCH", path, { name: "Theirs", revision: made.revision });
    expect([changed.status, changed.json<View>().name]).toEqual([200, "Theirs"]);
    expect(changed.json<View>().revision).not.toBe(made.revision);

    const met = await call("PATCH", path, { name: "Mine", revision: made.revision });
    expect([met.status, met.json()]).toMatchObject([
      409,
      {
        detail: `Somebody else changed ${what} meanwhile. Read it, and make the change from there.`,
      },
    ]);
    expect((await call("GET", path)).json()).toEqual(changed.json());
    const { items } = (await call("GET", `/api/v1/${noun}`)).json<{ items: View[] }>();
    expect(items.find(({ id }) => id === made.id)?.revision).toBe(changed.json<View>().revision);

    expect((await call("PATCH", path, { name: "Mine" })).status).toBe(200);
  },
);

test("a launch may say which draft was looked at, and launches no other", async () => {
  const { call } = program;
  const seen = await draft("Seen");
  const path = `/api/v1/campaigns/${seen.id}`;
  const now = (await call("PATCH", path, { name: "Changed" })).json<View>();
  const met = await call("POST", `${path}/launch`, { revision: seen.revision });
  expect([met.status, met.json()]).toMatchObject([
    409,
    { detail: "Somebody changed the draft meanwhile. Look at it again, then launch it." },
  ]);
  const slip = await call("POST", `${path}/launch`, { version: now.revision });
  expect([slip.status, slip.json()]).toMatchObject([422, { field: "version" }]);
  const none = await call("POST", `${path}/launch`, null);
  expect([none.status, none.json()]).toMatchObject([422, { field: "body" }]);
  expect((await call("GET", path)).json<View>().state).toBe("draft");

  const launched = await call("POST", `${path}/launch`, { revision: now.revision });
  expect([launched.status, launched.json<View>().state]).toEqual([202, "launching"]);
});

test("what a launch says in another form than JSON is not passed over", async () => {
  const { call } = program;
  const { id } = await draft("Form");
  const path = `/api/v1/campaigns/${id}`;
  const form = { "content-type": "application/x-www-form-urlencoded" };
  expect((await call("POST", `${path}/launch`, "revision=1", form)).status).toBe(415);
  expect((await call("GET", path)).json<View>().state).toBe("draft");
});

test("the description says that a launch may come without a body", async () => {
  const described = (await program.call("GET", "/api/v1/openapi.json")).json<{
    paths: Record<string, Record<string, { requestBody?: { required: boolean; content: object } }>>;
  }>();
  const launch = described.paths["/api/v1/campaigns/{id}/launch"]?.["post"]?.requestBody;
  expect(launch).toMatchObject({
    required: false,
    content: { "application/json": { schema: { properties: { revision: { type: "string" } } } } },
  });
  const made = described.paths["/api/v1/campaigns"]?.["post"]?.requestBody;
  expect(made?.required).toBe(true);
});
