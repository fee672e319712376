import { afterAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { apiClient, signedInClient, type TestClient } from "../testing/client.ts";
import { testContext } from "../testing/context.ts";
import { csrfToken } from "./session.ts";

const contexts = new AsyncDisposableStack();
let context: Context;
let owner: TestClient;
let admin: Awaited<ReturnType<typeof signedInClient>>;
let theirs: string;

beforeEach(async () => {
  context = contexts.use(await testContext());
  owner = await signedInClient(context, "owner");
  await signInAdmin();
}, 30_000);
afterAll(() => contexts.disposeAsync());

async function signInAdmin(): Promise<void> {
  admin = await signedInClient(context, "admin");
  theirs = `/accounts/${admin.person.user.id}`;
}

/** A body that was let in, and of which the last byte is held back until something happened. */
function heldBack(text: string, meanwhile: () => Promise<unknown>): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const parts = [bytes.subarray(0, -1), bytes.subarray(-1)];
  return new ReadableStream(
    {
      async pull(controller) {
        const part = parts.shift();
        if (part === undefined) {
          controller.close();
          return;
        }
        if (parts.length === 0) await meanwhile();
        controller.enqueue(part);
      },
    },
    { highWaterMark: 0 },
  );
}

function postSlowly(
  path: string,
  fields: Record<string, string>,
  meanwhile: () => Promise<unknown>,
) {
  const form = new URLSearchParams({ _csrf: csrfToken(context, admin.person), ...fields });
  return admin.send(path, {
    method: "POST",
    headers: {
      "sec-fetch-site": "same-origin",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: heldBack(form.toString(), meanwhile),
  });
}

async function shouldDo(posting: Promise<{ status: number }>): Promise<void> {
  expect((await posting).status).toBe(303);
}

const remove = () => shouldDo(owner.post(`${theirs}/remove`));
const demote = () => shouldDo(owner.post(theirs, { role: "viewer" }));

/** What somebody could keep or hand on their power by. */
const FORMS: [string, Record<string, string>][] = [
  ["/tokens", { name: "kept", role: "viewer", expires: "never" }],
  ["/accounts", { name: "Kept", email: "kept@example.com", role: "viewer" }],
];

async function made(): Promise<unknown[]> {
  return [
    ...(await context.db.execute(sql`SELECT "name" FROM "api_token" WHERE "name" = 'kept'`)),
    ...(await context.db.execute(sql`SELECT "name" FROM "auth_user" WHERE "name" = 'Kept'`)),
  ];
}

test("a form that is sent to its end after its sender was removed does nothing", async () => {
  for (const form of FORMS) {
    await signInAdmin();
    const answer = await postSlowly(...form, remove);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in"]);
  }
  expect(await made()).toEqual([]);
});

test("a form that is sent to its end after its sender was given a lesser role does nothing", async () => {
  for (const form of FORMS) {
    expect((await postSlowly(...form, demote)).status).toBe(403);
    await shouldDo(owner.post(theirs, { role: "admin" }));
  }
  expect((await postSlowly(theirs, { role: "admin" }, demote)).status).toBe(403);
  expect(await made()).toEqual([]);
  expect((await owner.get(theirs)).textOf(".badge")).toBe("Viewer");
});

test("a form with a file is refused to whoever was removed before the file began", async () => {
  const body = `--b\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${csrfToken(context, admin.person)}\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nemail\nkim@example.com\n\r\n--b--\r\n`;
  const answer = await admin.send("/imports", {
    method: "POST",
    headers: {
      "sec-fetch-site": "same-origin",
      "content-type": "multipart/form-data; boundary=b",
    },
    body: heldBack(body, remove),
  });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in"]);
  expect([...(await context.db.execute(sql`SELECT "id" FROM "import"`))]).toEqual([]);
});

test("a call that is sent to its end after its token was revoked does nothing", async () => {
  const program = await apiClient(context, "admin");
  const [, id] = program.token.split("_");
  const answer = await admin.send("/api/v1/contacts", {
    method: "POST",
    headers: { authorization: `Bearer ${program.token}`, "content-type": "application/json" },
    body: heldBack(JSON.stringify({ email: "kim@example.com" }), () =>
      shouldDo(owner.post(`/tokens/${id}/revoke`)),
    ),
  });
  expect(answer.status).toBe(401);
  expect([...(await context.db.execute(sql`SELECT "id" FROM "contact"`))]).toEqual([]);
});
