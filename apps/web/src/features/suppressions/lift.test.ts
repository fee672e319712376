import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import type { Context } from "../../context.ts";
import { apiClient, signedInClient, type TestClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { added } from "../contacts/fixtures/contacts.ts";
import type { SuppressionReason } from "./reasons.ts";
import { readSuppression, suppress } from "./suppressions.ts";

let context: Context;
const logged: unknown[] = [];
let editor: Awaited<ReturnType<typeof signedInClient>>;
let call: Awaited<ReturnType<typeof apiClient>>["call"];

beforeAll(async () => {
  const bare = await testContext();
  const log = { ...bare.log, info: (fields: unknown) => void logged.push(fields) };
  context = { ...bare, log: log as Context["log"] };
  editor = await signedInClient(context, "editor");
  ({ call } = await apiClient(context, "editor"));
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());
beforeEach(async () => {
  await context.db.execute(sql`DELETE FROM "suppression"`);
  logged.length = 0;
});

async function suppressed(address: string, reason: SuppressionReason): Promise<string> {
  await suppress(context.db, [address], { reason, origin: "a test" });
  return (await readSuppression(context.db, address))?.id ?? "";
}

async function left(): Promise<string[]> {
  const rows = await context.db.execute<{ address: string }>(
    sql`SELECT "canonical_email" AS "address" FROM "suppression" ORDER BY 1`,
  );
  return rows.map(({ address }) => address);
}

/** Follows where a form leads: the question, and then the answer "yes" to it. */
async function answered(client: TestClient, question: string) {
  const asked = await client.get(question);
  const action = asked.find(".confirm form")[0]?.attributes["action"] ?? "";
  return { asked, said: await client.post(action) };
}

const BACK = "/suppressions?q=example&reason=";

test("one address is mailed again after a question that says why it was not", async () => {
  const id = await suppressed("anna@example.com", "bounced");
  await suppressed("ben@example.com", "bounced");
  const list = await editor.get(BACK);
  const question = list.find("a[href^='/suppressions/lift']").map((a) => a.attributes["href"]);
  expect(question).toContain(
    `/suppressions/lift?${new URLSearchParams({ return_to: BACK, suppression_id: id })}`,
  );
  const { asked, said } = await answered(editor, question.find((href) => href?.includes(id)) ?? "");
  expect(asked.textOf("h1#confirm-title")).toBe("Mail anna@example.com again?");
  expect(asked.textOf(".confirm-text")).toContain(
    "The record that anna@example.com bounced. Origin: a test.",
  );
  expect(asked.find(".confirm-icon[data-tone=danger]")).toEqual([]);
  expect([said.status, said.headers.get("location")]).toEqual([303, BACK]);
  expect((await editor.get(BACK)).text).toContain("anna@example.com can be mailed again.");
  expect(await left()).toEqual(["ben@example.com"]);
  expect(logged).toContainEqual({
    by: `user ${editor.person.user.id}`,
    lifted: 1,
    reasons: ["bounced"],
  });
});

test("those that were selected are mailed again, and who said so themselves is told apart", async () => {
  const ids = [
    await suppressed("anna@example.com", "complained"),
    await suppressed("ben@example.com", "unsubscribed"),
    await suppressed("eva@example.com", "manual"),
    await suppressed("leo@example.com", "manual"),
  ];
  await suppressed("max@example.com", "manual");
  const chosen = await editor.post("/suppressions/selection", {
    suppression_id: ids,
    return_to: BACK,
  });
  const { asked, said } = await answered(editor, chosen.headers.get("location") ?? "");
  expect(asked.textOf("h1#confirm-title")).toBe("Mail 4 addresses again?");
  expect(asked.find(".confirm-text li").map(({ text }) => text)).toEqual([
    "The record that 2 addresses were added by hand: eva@example.com, leo@example.com",
    "The record that ben@example.com unsubscribed",
    "The record that anna@example.com complained",
  ]);
  expect(asked.textOf(".confirm-text")).toContain("2 of them unsubscribed or complained.");
  expect(asked.find(".confirm-icon[data-tone=danger]")).toHaveLength(1);
  expect([said.status, said.headers.get("location")]).toEqual([303, BACK]);
  expect(await left()).toEqual(["max@example.com"]);
});

test("a complaint that came while the question was read stays", async () => {
  const ids = [
    await suppressed("anna@example.com", "manual"),
    await suppressed("ben@example.com", "manual"),
  ];
  const question = await editor.post("/suppressions/selection", { suppression_id: ids });
  const asked = await editor.get(question.headers.get("location") ?? "");
  await suppressed("anna@example.com", "complained");
  const action = asked.find(".confirm form")[0]?.attributes["action"] ?? "";
  expect((await editor.post(action)).status).toBe(303);
  expect(await left()).toEqual(["anna@example.com"]);
  const list = await editor.get("/suppressions");
  expect(list.text).toContain("ben@example.com can be mailed again. The reason of 1 address");
});

test("what is not there, or is nothing, is no question and lifts nothing", async () => {
  const id = await suppressed("anna@example.com", "manual");
  const nobody = await editor.post("/suppressions/selection", { return_to: BACK });
  expect(nobody.headers.get("location")).toBe(BACK);
  expect((await editor.get(BACK)).text).toContain("Select at least one address.");
  for (const query of ["", "?suppression_id=x", `?suppression_id=${newId()}`]) {
    expect((await editor.get(`/suppressions/lift${query}`)).status).toBe(404);
    expect((await editor.post(`/suppressions/lift${query}`)).status).toBe(404);
  }
  // Nobody has been told of a reason.
  expect((await editor.post(`/suppressions/lift?suppression_id=${id}`)).status).toBe(303);
  const outside = new URLSearchParams({
    suppression_id: id,
    reason: "manual",
    return_to: "https://example.org",
  });
  const viewer = await signedInClient(context, "viewer");
  expect((await viewer.post(`/suppressions/lift?${outside}`)).status).toBe(403);
  expect(await left()).toEqual(["anna@example.com"]);
  const lifted = await editor.post(`/suppressions/lift?${outside}`);
  expect([lifted.headers.get("location"), await left()]).toEqual(["/suppressions", []]);
});

test("an address is mailed again by the API, once, and whose token did it is logged", async () => {
  await suppressed("anna@example.com", "unsubscribed");
  await suppressed("ben@example.com", "manual");
  const path = "/api/v1/suppressions/Anna@Example.com";
  const viewer = await apiClient(context, "viewer");
  expect((await viewer.call("DELETE", path)).status).toBe(403);
  expect((await call("DELETE", path)).status).toBe(204);
  expect(await left()).toEqual(["ben@example.com"]);
  expect(logged).toContainEqual({
    by: expect.stringMatching(/^token /),
    lifted: 1,
    reasons: ["unsubscribed"],
  });
  expect((await call("DELETE", path)).status).toBe(404);
  expect((await call("DELETE", "/api/v1/suppressions/nonsense")).status).toBe(404);
});

test("a contact's address is mailed again from the contact's page, unless it is suppressed for another reason meanwhile", async () => {
  const { id } = await added(context.db, { email: "anna@example.com" });
  const page = `/contacts/${id}`;
  const question = async () => {
    const [link] = (await editor.get(page)).find("a[href^='/suppressions/lift']");
    return link?.attributes["href"] ?? "";
  };
  await suppressed("anna@example.com", "bounced");
  const asked = await editor.get(await question());
  await suppressed("anna@example.com", "complained");
  await editor.post(asked.find(".confirm form")[0]?.attributes["action"] ?? "");
  expect(await left()).toEqual(["anna@example.com"]);
  const { said } = await answered(editor, await question());
  expect([said.headers.get("location"), await left()]).toEqual([page, []]);
  expect(logged).toContainEqual({
    by: `user ${editor.person.user.id}`,
    lifted: 1,
    reasons: ["complained"],
  });
});
