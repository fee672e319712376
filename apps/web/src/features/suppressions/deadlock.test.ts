import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { apiClient, signedInClient, type TestClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { added } from "../contacts/fixtures/contacts.ts";
import { readSuppression, suppress } from "./suppressions.ts";

let context: Context;
let editor: TestClient;
let call: Awaited<ReturnType<typeof apiClient>>["call"];

beforeAll(async () => {
  context = await testContext();
  editor = await signedInClient(context, "editor");
  ({ call } = await apiClient(context, "editor"));
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ["suppression", "contact"])
    await context.db.execute(sql`DELETE FROM ${sql.identifier(table)}`);
});

const ANNA = "anna@example.com";
const TOLD = { reason: "manual", origin: "told by a gateway" } as const;

/**
 * What an act on Anna's address answers that meets somebody who suppresses one address and then hers, as the facts of a webhook
 * do: it waits for the count, which they hold, and they for the address.
 */
async function atTheCostOf<T>(act: () => Promise<T>): Promise<T> {
  let acting: Promise<T> | undefined;
  await context.db.transaction(async (tx) => {
    // Whoever waits for so long does not find the deadlock; the other one does.
    await tx.execute(sql`SET LOCAL deadlock_timeout = '1min'`);
    await suppress(tx, ["ben@example.com"], TOLD);
    acting = act();
    await lockWait(context.db);
    await suppress(tx, [ANNA], TOLD);
  });
  return acting!;
}

async function reasonOf(address: string) {
  return (await readSuppression(context.db, address))?.reason;
}

test("a contact is not mailed any more, though Postgres ends a deadlock at the cost of whoever said so", async () => {
  const { id } = await added(context.db, { email: ANNA });
  const said = await atTheCostOf(() => editor.post(`/contacts/${id}/suppression`));
  expect([said.status, said.headers.get("location")]).toEqual([303, `/contacts/${id}`]);
  expect(await reasonOf(ANNA)).toBe("manual");
});

test("so it is with an address that a program sends", async () => {
  const body = { email: ANNA, reason: "complained" };
  const said = await atTheCostOf(() => call("POST", "/api/v1/suppressions", body));
  expect(said.status).toBe(200);
  expect(said.json<unknown>()).toMatchObject({ email: ANNA, reason: "complained" });
});

test("so it is with a list, by the page and by the API", async () => {
  const addresses = `${ANNA}\nzoe@example.com`;
  const pasted = await atTheCostOf(() =>
    editor.post("/suppressions", { addresses, reason: "unsubscribed" }),
  );
  expect(pasted.status).toBe(303);
  expect([await reasonOf(ANNA), await reasonOf("zoe@example.com")]).toEqual([
    "unsubscribed",
    "unsubscribed",
  ]);
  await context.db.execute(sql`DELETE FROM "suppression"`);
  const csv = `email\n${addresses}\n`;
  const sent = await atTheCostOf(() => call("POST", "/api/v1/suppressions/import", { csv }));
  expect(sent.status).toBe(200);
  expect(sent.json<unknown>()).toEqual({ added: 1, already: 1 });
});

test("so it is with an address that may be mailed again", async () => {
  await suppress(context.db, [ANNA], TOLD);
  const said = await atTheCostOf(() => call("DELETE", `/api/v1/suppressions/${ANNA}`));
  expect(said.status).toBe(204);
  expect(await reasonOf(ANNA)).toBeUndefined();
});
