import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { GATEWAY, gatewaysFixture } from "../gateways/fixtures/gateways.ts";
import { addContact, created, HELLO } from "./fixtures/templates.ts";

interface Shown {
  id: string;
  name: string;
  body: string;
  version: number;
}

test("templates are made, read, changed, listed and deleted", async () => {
  await using context = await testContext();
  const { call } = await apiClient(context, "editor");
  const made = await call("POST", "/api/v1/templates", HELLO);
  expect(made.status).toBe(201);
  const { id } = made.json<Shown>();
  expect(made.json<Shown>()).toMatchObject({ ...HELLO, version: 1 });
  const path = `/api/v1/templates/${id}`;

  const changed = await call("PATCH", path, { body: "<p>Second</p>", version: 1 });
  expect(changed.json<Shown>()).toMatchObject({ name: "Hello", body: "<p>Second</p>", version: 2 });
  const outdated = await call("PATCH", path, { body: "<p>Mine</p>", version: 1 });
  expect([outdated.status, outdated.json<{ detail: string }>().detail]).toEqual([
    409,
    "Version 2 was saved by Test meanwhile. Read it, and make the change from there.",
  ]);
  const versions = await call("GET", `${path}/versions?limit=1`);
  const page = versions.json<{ items: { version: number }[]; next: string }>();
  expect(page.items.map(({ version }) => version)).toEqual([2]);
  const older = await call("GET", `${path}/versions?after=${page.next}`);
  expect(older.json<typeof page>().items.map(({ version }) => version)).toEqual([1]);
  expect((await call("GET", `${path}/versions/1`)).json<Shown>().body).toBe(HELLO.body);
  expect((await call("GET", `${path}/versions/3`)).status).toBe(404);

  const list = await call("GET", "/api/v1/templates?search=hell");
  expect(list.json<{ items: Shown[] }>().items.map(({ name }) => name)).toEqual(["Hello"]);
  expect((await call("DELETE", path)).status).toBe(204);
  expect((await call("GET", path)).status).toBe(404);
});

test("templates are listed as they are sorted, a page at a time", async () => {
  await using context = await testContext();
  const { call } = await apiClient(context);
  for (const name of ["b", "c", "a"]) await created(context.db, { name });
  const [oldest] = (await call("GET", "/api/v1/templates?direction=ascending")).json<{
    items: Shown[];
  }>().items;
  await call("PATCH", `/api/v1/templates/${oldest?.id}`, { body: "<p>Second</p>" });
  const orders = {
    "": "acb",
    "sort=newest&direction=ascending": "bca",
    "sort=name": "abc",
    "sort=changed": "bac",
    "sort=changed&direction=ascending": "cab",
  };
  for (const [query, expected] of Object.entries(orders)) {
    const path = `/api/v1/templates?limit=2&${query}`;
    const first = (await call("GET", path)).json<{ items: Shown[]; next: string }>();
    const rest = await call("GET", `${path}&after=${first.next}`);
    const all = [...first.items, ...rest.json<{ items: Shown[] }>().items];
    expect([query, all.map(({ name }) => name).join("")]).toEqual([query, expected]);
  }
  expect((await call("GET", "/api/v1/templates?sort=kind")).status).toBe(400);
});

test("the longest template is taken, however a program or a browser escapes it", async () => {
  await using context = await testContext();
  const { call, token } = await apiClient(context, "editor");
  const { send, post } = await signedInClient(context);
  const body = "あ".repeat(1_000_000);
  const escaped = JSON.stringify({ ...HELLO, kind: "text", body }).replaceAll("あ", "\\u3042");
  const made = await send("/api/v1/templates", {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: escaped,
  });
  expect(made.status).toBe(201);
  expect(made.json<Shown>().body === body).toBe(true);
  expect((await call("POST", "/api/v1/templates", { ...HELLO, body: `${body}.` })).status).toBe(
    422,
  );
  expect((await post("/templates", { ...HELLO, kind: "text", body })).status).toBe(303);
});

test("faults name the part and the line; an unknown field is one, too", async () => {
  await using context = await testContext();
  const { call } = await apiClient(context);
  const refused = await call("POST", "/api/v1/templates", { ...HELLO, body: "a\n{% if x %}" });
  expect([refused.status, refused.json<{ errors: unknown }>().errors]).toEqual([
    422,
    [
      {
        field: "body",
        message: "Line 2: “{% if x %}” has no “{% endif %}”. Write that where the block is to end.",
      },
    ],
  ]);
  const { id } = await created(context.db);
  const path = `/api/v1/templates/${id}`;
  expect((await call("PATCH", path, { subject: "a\nb" })).status).toBe(422);
  expect((await call("PATCH", path, { kind: "mjml" })).status).toBe(422);
  expect((await call("PATCH", path, { subjects: "x" })).status).toBe(422);
  expect((await call("PATCH", path, {})).json<Shown>().version).toBe(1);
  expect((await call("PATCH", `/api/v1/templates/${newId()}`, { name: "x" })).status).toBe(404);
});

test("a template is rendered for a contact or the sample, with what is wrong with it", async () => {
  await using context = await testContext();
  const { call } = await apiClient(context, "viewer");
  const contact = await addContact(context.db, { first_name: "Bob", city: "<Paris>" });
  const { id } = await created(context.db, { body: `${HELLO.body}{{ contact.citty }}` });
  const path = `/api/v1/templates/${id}/render`;
  const problem = {
    severity: "warning",
    part: "body",
    line: 1,
    message:
      "No contact has the attribute “citty”, so nothing is shown there. Did you mean “city”?",
  };
  expect((await call("POST", path, { contact_id: contact })).json<unknown>()).toEqual({
    subject: "Hi Bob",
    html: expect.stringMatching(/^<p>Hello Bob from &lt;Paris&gt;<\/p>\n<div /),
    text: "Hello Bob from <Paris>\n\nUnsubscribe: /u/example",
    problems: [problem],
  });
  expect((await call("POST", path, {})).json<unknown>()).toMatchObject({
    subject: "Hi Anna",
    html: expect.stringMatching(/^<p>Hello Anna from \[city\]<\/p>\n<div /),
  });
  const unknown = await call("POST", path, { contact_id: newId() });
  expect([unknown.status, unknown.json<{ field: string }>().field]).toEqual([422, "contact_id"]);
  expect((await call("POST", "/api/v1/templates", HELLO)).status).toBe(403);
});

test("a test is sent, and its outcome answered as it is", async () => {
  await using fixture = await gatewaysFixture();
  const { context, client } = fixture;
  const { call } = await apiClient(context);
  const { id } = await created(context.db);
  const path = `/api/v1/templates/${id}/test`;
  expect((await call("POST", path, { to: "me@example.com" })).status).toBe(409);
  await call("PATCH", "/api/v1/settings", { from_email: "news@example.com" });
  const messages = `POST /v1/gateways/${GATEWAY.id}/messages`;
  client.answerNext(messages, { status: 200, body: { outcome: "accepted", message_id: "m-1" } });
  expect((await call("POST", path, { to: "me@example.com" })).json<unknown>()).toEqual({
    outcome: "accepted",
    message_id: "m-1",
  });
  expect((await call("POST", path, { to: "nobody" })).status).toBe(422);
});

test("a test that no gateway told of is answered alike for a template and for a gateway", async () => {
  await using fixture = await gatewaysFixture();
  const { context, client } = fixture;
  const { call } = await apiClient(context);
  await call("PATCH", "/api/v1/settings", { from_email: "news@example.com" });
  const { id } = await created(context.db);
  const messages = `POST /v1/gateways/${GATEWAY.id}/messages`;
  for (const path of [`/api/v1/templates/${id}/test`, `/api/v1/gateways/${GATEWAY.id}/test`]) {
    const tested = async (status: number, headers = {}) => {
      client.answerNext(messages, { status, body: { title: "Too large" } });
      const answer = await call("POST", path, { to: "me@example.com" }, headers);
      return [answer.status, answer.json<{ detail: string }>().detail];
    };
    // It is known that nothing was sent, so the same key sends it once it can be.
    const key = { "idempotency-key": newId() };
    expect(await tested(413, key)).toEqual([409, "Too large"]);
    client.answerNext(messages, { status: 200, body: { outcome: "accepted", message_id: "m-1" } });
    expect((await call("POST", path, { to: "me@example.com" }, key)).status).toBe(200);
    const unheard = { "idempotency-key": newId() };
    const open =
      "Nobody can say whether the test was sent: the email client did not tell (it answered 500).";
    expect(await tested(500, unheard)).toEqual([503, open]);
    expect((await call("POST", path, { to: "me@example.com" }, unheard)).status).toBe(409);
  }
});
