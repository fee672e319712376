import { afterAll, beforeEach, expect, test } from "bun:test";
import type { Context } from "../../context.ts";
import { type Answer, apiClient, signedInClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { readSettings } from "./settings.ts";

const contexts = new AsyncDisposableStack();
let context: Context;

beforeEach(async () => {
  context = contexts.use(await testContext());
}, 30_000);
afterAll(() => contexts.disposeAsync());

const SENDER = {
  organisation: "Example Ltd",
  from_name: "Anna of Example",
  from_email: "News@Example.com",
  reply_to: "",
  postal_address: "1 High Street\nLondon",
};
const RETRY = { attempts: 4, first_wait_s: 5, max_wait_s: 900, max_age_s: 86_400 };

test("the sender is saved as typed, and shown again", async () => {
  const admin = await signedInClient(context, "admin");
  const saved = await admin.post("/settings", SENDER);
  expect([saved.status, saved.headers.get("location")]).toEqual([303, "/settings"]);
  expect(await readSettings(context.db)).toEqual({ ...SENDER, retry: RETRY });
  const page = await admin.get("/settings");
  expect(page.textOf("#toasts .toast-text")).toBe("The sender was saved.");
  expect(page.find('input[name="from_email"]')[0]?.attributes["value"]).toBe("News@Example.com");
  expect(page.textOf("textarea")).toBe("1 High Street London");
});

test("a slip is told at its field, what was typed stays, and nothing is saved", async () => {
  const admin = await signedInClient(context, "admin");
  const typed = {
    ...SENDER,
    from_email: "news@example",
    from_name: "A\nB",
    reply_to: "x y@example.com",
  };
  const refused = await admin.post("/settings", typed);
  expect(refused.status).toBe(422);
  expect(refused.find(".field-error").map(({ text }) => text)).toEqual([
    "Keep it on one line.",
    "The domain after the @ has no dot: is its ending missing?",
    "It has a space in it: take it out.",
  ]);
  expect(refused.find('input[name="organisation"]')[0]?.attributes["value"]).toBe("Example Ltd");
  expect((await readSettings(context.db)).from_email).toBe("");
});

test("a retry policy is explained in a sentence, and one that contradicts itself is refused", async () => {
  const admin = await signedInClient(context, "admin");
  expect((await admin.get("/settings/retries")).textOf(".callout-text > div")).toBe(
    "Each email is tried up to 4 times, up to 5 seconds apart at first and 20 seconds at last. No attempt is planned later than 1 day after the first.",
  );
  expect((await admin.get("/settings/retries")).textOf("#field-max_age_s-hint")).toStartWith(
    "It is set to 1 day now.",
  );
  const refused = await admin.post("/settings/retries", { ...RETRY, first_wait_s: 1_000 });
  expect([refused.status, refused.textOf(".field-error")]).toEqual([
    422,
    "The longest wait must be as long as the first one, or longer.",
  ]);
  const absurd = await admin.post("/settings/retries", {
    ...RETRY,
    attempts: "1e9",
    max_age_s: "",
  });
  expect(absurd.find(".field-error").map(({ text }) => text)).toEqual([
    "Use a whole number.",
    "Fill in the longest time.",
  ]);
  expect((await admin.post("/settings/retries", { ...RETRY, attempts: 1 })).status).toBe(303);
  expect((await admin.get("/settings/retries")).textOf(".callout-text > div")).toBe(
    "Each email is tried once. What the gateway cannot take then, fails.",
  );
});

const revisionOf = (page: Answer) => page.find('input[name="revision"]')[0]?.attributes["value"];

test("settings that somebody else has changed meanwhile are not saved over, and what was typed stays to be saved again", async () => {
  const admin = await signedInClient(context, "admin");
  const pages = [
    {
      path: "/settings",
      mine: { ...SENDER, from_name: "Mine" },
      theirs: { ...SENDER, from_name: "Theirs" },
      field: "from_name",
      told: "Somebody changed the sender while you were editing",
    },
    {
      path: "/settings/retries",
      mine: { ...RETRY, attempts: "2" },
      theirs: { ...RETRY, attempts: "3" },
      field: "attempts",
      told: "Somebody changed the retries while you were editing",
    },
  ];
  for (const { path, mine, theirs, field, told } of pages) {
    const seen = revisionOf(await admin.get(path))!;
    // A slip keeps what was seen: the change is made from there still.
    const slip = await admin.post(path, {
      ...mine,
      from_email: "x",
      max_age_s: "",
      revision: seen,
    });
    expect([slip.status, revisionOf(slip)]).toEqual([422, seen]);
    expect((await admin.post(path, { ...theirs, revision: seen })).status).toBe(303);
    const met = await admin.post(path, { ...mine, revision: seen });
    expect([met.status, met.textOf(".callout-title")]).toEqual([409, told]);
    expect(met.find(`input[name="${field}"]`)[0]?.attributes["value"]).toBe(
      String((mine as Record<string, unknown>)[field]),
    );
    expect((await admin.get(path)).text).not.toContain("Mine");
    const again = await admin.post(path, { ...mine, revision: revisionOf(met)! });
    expect(again.status).toBe(303);
  }
  expect(await readSettings(context.db)).toEqual({
    ...SENDER,
    from_name: "Mine",
    retry: { ...RETRY, attempts: 2 },
  });
});

test("one page of the settings does not stand in the way of the other", async () => {
  const admin = await signedInClient(context, "admin");
  const [opened] = (await admin.get("/settings")).find('input[name="revision"]');
  await admin.post("/settings/retries", { ...RETRY, attempts: 2 });
  const revision = opened?.attributes["value"] ?? "";
  expect((await admin.post("/settings", { ...SENDER, revision })).status).toBe(303);
});

test("by the API a change of settings may say what it was made from, and is a 409 when that is another by now", async () => {
  const { call } = await apiClient(context, "admin");
  const path = "/api/v1/settings";
  const { revision } = (await call("GET", path)).json<{ revision: string }>();
  const changed = await call("PATCH", path, { from_name: "Theirs", revision });
  expect(changed.status).toBe(200);
  const met = await call("PATCH", path, { from_name: "Mine", revision });
  expect([met.status, met.json()]).toMatchObject([
    409,
    {
      detail:
        "Somebody else changed the settings meanwhile. Read them, and make the change from there.",
    },
  ]);
  expect((await call("GET", path)).json()).toEqual(changed.json());
  const next = changed.json<{ revision: string }>().revision;
  expect((await call("PATCH", path, { retry: { attempts: 2 }, revision: next })).status).toBe(200);
  expect((await call("PATCH", path, { from_name: "Mine" })).status).toBe(200);
});

test("a viewer sees the settings and no form", async () => {
  const viewer = await signedInClient(context, "viewer");
  const page = await viewer.get("/settings");
  expect([page.status, page.find('form[action="/settings"]')]).toEqual([200, []]);
  expect(page.find(".banner-action")).toEqual([]);
});

test("by the API any of the settings is changed, all of a change or nothing", async () => {
  const { call } = await apiClient(context, "admin");
  const first = await call("PATCH", "/api/v1/settings", { ...SENDER, retry: { attempts: 2 } });
  expect([first.status, first.json()]).toEqual([
    200,
    { ...SENDER, retry: { ...RETRY, attempts: 2 }, revision: expect.any(String) as string },
  ]);
  const refused = await call("PATCH", "/api/v1/settings", {
    from_name: "Ben",
    retry: { max_age_s: 60 },
  });
  expect([refused.status, refused.json()]).toMatchObject([422, { field: "retry.max_age_s" }]);
  expect((await call("GET", "/api/v1/settings")).json()).toEqual(first.json());
  const slips = await call("PATCH", "/api/v1/settings", {
    from_email: "",
    reply_to: "x",
    from_adress: "a@example.com",
    retry: { attempts: "3" },
  });
  expect(slips.json<{ errors: unknown }>().errors).toEqual([
    { field: "from_adress", message: "There is no such field: look for a slip, or leave it out." },
    { field: "reply_to", message: "There is no @ in it: type an address like anna@example.com." },
    { field: "from_email", message: "Type an email address." },
    { field: "retry.attempts", message: "Use a whole number." },
  ]);
});

test("by the API nothing of the wrong kind is taken", async () => {
  const { call, token } = await apiClient(context, "admin");
  const viewer = await apiClient(context, "viewer");
  const path = "/api/v1/settings";
  const auth = { authorization: `Bearer ${token}` };
  const { send } = await signedInClient(context);
  const raw = (body: string, type = "application/json") =>
    send(path, { method: "PATCH", headers: { ...auth, "content-type": type }, body });
  expect((await viewer.call("PATCH", path, { from_name: "x" })).status).toBe(403);
  expect((await call("PATCH", path, { from_name: "a\0" })).json()).toMatchObject({
    field: "from_name",
  });
  expect((await raw('{"from_name":"\\ud800"}')).status).toBe(422);
  expect((await raw("{")).status).toBe(400);
  expect((await raw('{"from_name":"\xff"}')).status).toBe(200);
  expect((await raw("from_name=x", "application/x-www-form-urlencoded")).status).toBe(415);
  expect((await raw(`{"from_name":"${"x".repeat(7_000_000)}"}`)).status).toBe(413);
  expect((await raw("[".repeat(900_000))).status).toBe(400);
  expect((await raw(`${"[".repeat(900)}${"]".repeat(900)}`)).status).toBe(422);
  expect((await raw('{"__proto__":{"from_name":"x"}}')).status).toBe(422);
  expect((await call("PATCH", path)).json()).toMatchObject({ status: 422, field: "body" });
  expect((await call("PUT", path, {})).headers.get("allow")).toBe("GET, PATCH");
});
