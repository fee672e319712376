import { afterAll, beforeEach, expect, test } from "bun:test";
import { signedInClient, type TestClient } from "../../testing/client.ts";
import { GATEWAY, type GatewaysFixture, gatewaysFixture } from "./fixtures/gateways.ts";

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync(), 30_000);

let fixture: GatewaysFixture;
let admin: TestClient;

beforeEach(async () => {
  fixture = stack.use(await gatewaysFixture());
  admin = await signedInClient(fixture.context, "admin");
}, 30_000);

test("while the email client is away every page says so", async () => {
  await admin.get("/settings/gateways");
  await fixture.client[Symbol.asyncDispose]();
  for (const path of [
    "",
    "/new",
    `/${GATEWAY.id}`,
    `/${GATEWAY.id}/test`,
    `/${GATEWAY.id}/remove`,
  ]) {
    const page = await admin.get(`/settings/gateways${path}`);
    expect([page.status, page.textOf(".callout-title")]).toEqual([
      503,
      "The email client does not answer",
    ]);
  }
});

test("a form that comes while the email client is away is shown again as it was typed", async () => {
  await admin.post("/settings/gateways", { kind: "http" });
  await fixture.client[Symbol.asyncDispose]();
  const answer = await admin.post("/settings/gateways", {
    kind: "http",
    name: "Mail",
    url: "https://mail.example.com",
    password: "s3cret",
  });
  expect(answer.status).toBe(503);
  expect(answer.find(".form-errors li").at(-1)?.text).toMatch(/^The email client does not answer/);
  expect(answer.find("#field-name")[0]?.attributes["value"]).toBe("Mail");
  expect(answer.text).not.toContain("s3cret");
});

test("what web alone finds wrong is told while the email client is away, and when it cannot judge", async () => {
  const fields = { kind: "http", name: "", url: "https://mail.example.com", password: "s" };
  const alone = async () => {
    const answer = await admin.post("/settings/gateways", fields);
    return [answer.status, answer.textOf("#field-name-error")];
  };
  // From before it could: the stand-in answers 404.
  expect(await alone()).toEqual([422, "Fill in the name."]);
  fixture.client.answerNext("POST /v1/settings/validate", { status: 500 });
  expect(await alone()).toEqual([422, "Fill in the name."]);
  await fixture.client[Symbol.asyncDispose]();
  expect(await alone()).toEqual([422, "Fill in the name."]);
});

test("a gateway whose making got no answer is made once, however often the form is sent", async () => {
  fixture.client.answerNext("PATCH /v1/settings", { status: 500 });
  const fields = { kind: "http", name: "Mail", url: "https://mail.example.com", password: "s" };
  const first = await admin.post("/settings/gateways", fields);
  expect(first.status).toBe(503);
  const id = first.find('input[name="id"]')[0]?.attributes["value"] ?? "";
  await admin.post("/settings/gateways", { ...fields, id });
  expect(fixture.patches().map(({ id }) => id)).toEqual([id, id]);
});
