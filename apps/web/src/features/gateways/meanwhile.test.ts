import { afterAll, beforeEach, expect, test } from "bun:test";
import { type Answer, apiClient, signedInClient, type TestClient } from "../../testing/client.ts";
import {
  GATEWAY,
  type GatewaysFixture,
  gatewaysFixture,
  KIND,
  SPARE,
} from "./fixtures/gateways.ts";

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync(), 30_000);

let fixture: GatewaysFixture;
let admin: TestClient;

const PATH = `/settings/gateways/${GATEWAY.id}`;
const MINE = { name: "Mine", url: "https://mail.example.com/mine", port: "", rate_per_second: "9" };

beforeEach(async () => {
  fixture = stack.use(await gatewaysFixture());
  admin = await signedInClient(fixture.context, "admin");
  fixture.offer([{ ...GATEWAY, version: "1" }]);
}, 30_000);

/** Has the email client have another version of the gateway when it is asked for a change of it; or no such any more. */
function changeMeanwhile(gateways = [{ ...GATEWAY, version: "2", name: "Theirs" }]): void {
  const fault = { field: "gateways.0.seen", message: "The gateway was changed meanwhile." };
  const body = { title: "Not changed", detail: fault.message, ...fault, errors: [fault] };
  fixture.client.answerNext("PATCH /v1/settings", { status: 409, body });
  fixture.client.answerNext("GET /v1/settings", {
    status: 200,
    body: { gateways: [{ ...GATEWAY, version: "1" }], kinds: [KIND] },
  });
  fixture.offer([...gateways, SPARE]);
}

const valueOf = (page: Answer, name: string) =>
  page.find(`main form input[name="${name}"]`)[0]?.attributes["value"];

test("a gateway that somebody else has changed meanwhile is not saved over, and what was typed stays to be saved again", async () => {
  const opened = await admin.get(PATH);
  expect(valueOf(opened, "seen")).toBe("1");
  changeMeanwhile();
  const met = await admin.post(PATH, { ...MINE, seen: "1", password: "s3cret" });
  expect([met.status, met.textOf(".callout-title")]).toEqual([
    409,
    "Somebody changed this gateway while you were editing",
  ]);
  expect(["name", "url", "rate_per_second", "seen"].map((name) => valueOf(met, name))).toEqual([
    MINE.name,
    MINE.url,
    MINE.rate_per_second,
    "2",
  ]);
  expect(met.textOf("#field-password-error")).toBe(
    "Type “Password” again: what is secret is not sent back.",
  );
  expect(met.text).not.toContain("s3cret");
  const again = await admin.post(PATH, { ...MINE, seen: "2", password: "s3cret" });
  expect(again.status).toBe(303);
  expect(fixture.patches().map(({ seen }) => seen)).toEqual(["1", "2"]);
});

test("a slip is told first, with the form of before: whether somebody else came between is asked when it can be saved", async () => {
  const slip = await admin.post(PATH, { ...MINE, name: "", seen: "1" });
  expect([slip.status, slip.textOf("#field-name-error"), valueOf(slip, "seen")]).toEqual([
    422,
    "Fill in the name.",
    "1",
  ]);
  const judged = fixture.client.calls.find(({ call }) => call === "POST /v1/settings/validate");
  expect(JSON.stringify(judged?.body)).not.toContain("seen");
});

test("a gateway that was removed meanwhile is not brought back by a save", async () => {
  changeMeanwhile([]);
  const met = await admin.post(PATH, { ...MINE, seen: "1" });
  expect([met.status, met.find(".form-errors li").map(({ text }) => text)]).toEqual([
    422,
    ["It was removed by somebody else meanwhile."],
  ]);
});

test("of an email client that tells of no versions nothing is asked but the change", async () => {
  fixture.offer([GATEWAY]);
  const opened = await admin.get(PATH);
  expect(valueOf(opened, "seen") ?? "").toBe("");
  expect((await admin.post(PATH, { ...MINE, seen: "" })).status).toBe(303);
  expect(fixture.patches()[0]).not.toHaveProperty("seen");
});

test("by the API a change may say what it was made from, and is a 409 when that is another by now", async () => {
  const { call } = await apiClient(fixture.context, "admin");
  const path = `/api/v1/gateways/${GATEWAY.id}`;
  expect((await call("GET", path)).json()).toMatchObject({ revision: "1" });
  expect((await call("PATCH", path, { name: "Mine", revision: "1" })).status).toBe(200);
  changeMeanwhile();
  const met = await call("PATCH", path, { name: "Mine", revision: "1" });
  expect([met.status, met.json()]).toMatchObject([
    409,
    { detail: expect.stringContaining("Somebody else changed the gateway meanwhile.") as string },
  ]);
  expect((await call("PATCH", path, { name: "Mine" })).status).toBe(200);
  expect(fixture.patches().map(({ seen }) => seen)).toEqual(["1", "1", undefined]);
  const made = await call("POST", "/api/v1/gateways", { name: "New", kind: "http", revision: "1" });
  expect([made.status, made.json()]).toMatchObject([422, { field: "revision" }]);
});
