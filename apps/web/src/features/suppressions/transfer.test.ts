import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { apiClient, signedInClient, type TestClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { lift, readSuppression, suppress } from "./suppressions.ts";

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
  await context.db.execute(sql`DELETE FROM "suppression"`);
});

const BOUNCE = { reason: "bounced", origin: "Bounce of “News, spring” (Relay)" } as const;
const FORMULA = { reason: "complained", origin: "=cmd|' /C calc'!A0" } as const;

async function reasons(...addresses: string[]) {
  const found = await Promise.all(addresses.map((each) => readSuppression(context.db, each)));
  return found.map((each) => each && [each.reason, each.origin]);
}

async function since(address: string): Promise<string | undefined> {
  return (await readSuppression(context.db, address))?.since;
}

test("what is downloaded is what comes in again by pasting it, by the page and by the API", async () => {
  const { db } = context;
  const addresses = ["anna@example.com", "ben@example.com"];
  const wanted = [Object.values(BOUNCE), Object.values(FORMULA)];
  await suppress(db, ["anna@example.com"], BOUNCE);
  await suppress(db, ["ben@example.com"], FORMULA);
  const times = await Promise.all(addresses.map(since));
  const page = (await editor.get("/suppressions/export")).text;
  const api = (await call("GET", "/api/v1/suppressions/export")).text;
  expect(page.replace("\ufeff", "")).toBe(api);
  expect(api.split("\r\n")[0]).toBe("email,reason,origin,since");
  expect(api).toContain("complained,'=cmd|");
  await lift(db, addresses);
  expect((await editor.post("/suppressions", { addresses: page })).status).toBe(303);
  expect(await reasons(...addresses)).toEqual(wanted as never);
  await lift(db, addresses);
  const imported = await call("POST", "/api/v1/suppressions/import", { csv: api });
  expect([imported.status, imported.json<object>()]).toEqual([200, { added: 2, already: 0 }]);
  expect(await reasons(...addresses)).toEqual(wanted as never);
  expect(await Promise.all(addresses.map(since))).toEqual(times);
});

test("a table of very many columns is refused by its first line, by the page and by the API", async () => {
  const wide = `email${",".repeat(900_000)}\nanna@example.com\n`;
  const message =
    "The table has more than 1,000 columns. Delete all but email, reason, origin, since.";
  const page = await editor.post("/suppressions", { addresses: wide });
  expect([page.status, page.text.includes(message)]).toEqual([422, true]);
  const answer = await call("POST", "/api/v1/suppressions/import", { csv: wide });
  const [error] = answer.json<{ errors: { field: string; message: string }[] }>().errors;
  expect([answer.status, error?.field]).toEqual([422, "csv"]);
  expect(error?.message).toContain(message);
  expect(await reasons("anna@example.com")).toEqual([undefined]);
  const broad = `email${",".repeat(999)}\nanna@example.com\n`;
  expect((await editor.post("/suppressions", { addresses: broad })).status).toBe(303);
});

test("columns may be in any order, of a spreadsheet's kind, and a reason may be missing", async () => {
  const csv = "Reason;Email\nunsubscribed;Anna@Example.com\n;ben@example.com\n";
  expect((await editor.post("/suppressions", { addresses: csv })).status).toBe(303);
  const [anna, ben] = await reasons("anna@example.com", "ben@example.com");
  expect([anna?.[0], ben?.[0]]).toEqual(["unsubscribed", "manual"]);
});

test("a list with one fault in it is refused whole", async () => {
  const csv = "email,reason\nanna@example.com,bounced\nben@example.com,angry\n";
  const page = await editor.post("/suppressions", { addresses: csv });
  expect([page.status, page.textOf("#field-addresses")]).toEqual([
    422,
    csv.trim().replaceAll("\n", " "),
  ]);
  expect(page.textOf(".callout-title")).toBe("1 entry cannot be taken");
  expect(page.textOf(".callout li")).toStartWith("ben@example.com, angry: The reason has to be");
  expect(page.textOf("#field-addresses-error")).toStartWith("Nothing was added");
  expect(page.find(".form-errors")).toEqual([]);
  const refused = await call("POST", "/api/v1/suppressions/import", { csv });
  expect([refused.status, refused.json<{ detail?: string }>()]).toMatchObject([422, {}]);
  expect(await reasons("anna@example.com", "ben@example.com")).toEqual([undefined, undefined]);
});

test("no address is left out without a word, by the page and by the API", async () => {
  const { db } = context;
  const faults = {
    "email\nanna@example.com, ben@example.com": "The row has 2 cells, and there is 1 column: ",
    "email,origin,\nanna@example.com,A,,ben@example.com":
      "The row has 4 cells, and there are 3 columns: ",
    "name,email,Email\nA,anna@example.com,ben@example.com": "Two columns are named email: ",
    "email;reason;reason\nanna@example.com;bounced;manual": "Two columns are named reason: ",
  };
  for (const [csv, message] of Object.entries(faults)) {
    const page = await editor.post("/suppressions", { addresses: csv });
    expect([page.status, page.textOf(".callout li")?.includes(message)]).toEqual([422, true]);
    const refused = await call("POST", "/api/v1/suppressions/import", { csv });
    const [error] = refused.json<{ errors: { message: string }[] }>().errors;
    expect([refused.status, error?.message.includes(message)]).toEqual([422, true]);
  }
  expect(await reasons("anna@example.com", "ben@example.com")).toEqual([undefined, undefined]);
  for (const csv of [
    "email,reason\nanna@example.com,,,\nben@example.com,\n",
    "Anna <anna@example.com> Ben <ben@example.com>",
    "anna@example.com <ben@example.com>",
  ]) {
    const imported = await call("POST", "/api/v1/suppressions/import", { csv });
    expect(imported.json<object>()).toEqual({ added: 2, already: 0 });
    await lift(db, ["anna@example.com", "ben@example.com"]);
  }
});

test("an import from elsewhere that weighs less changes nothing", async () => {
  await suppress(context.db, ["anna@example.com"], FORMULA);
  const csv = "email,reason,origin\nanna@example.com,manual,me\n";
  const imported = await call("POST", "/api/v1/suppressions/import", { csv });
  expect(imported.json<object>()).toEqual({ added: 0, already: 1 });
  expect(await reasons("anna@example.com")).toEqual([Object.values(FORMULA)] as never);
});

test("a list that is pasted says why for those who do not say it, and since when", async () => {
  const csv = "email,since\nanna@example.com,2026-01-31\nben@example.com,\n";
  const pasted = await editor.post("/suppressions", { addresses: csv, reason: "unsubscribed" });
  expect(pasted.status).toBe(303);
  expect((await reasons("anna@example.com", "ben@example.com")).map((each) => each?.[0])).toEqual([
    "unsubscribed",
    "unsubscribed",
  ]);
  expect(await since("anna@example.com")).toBe("2026-01-31T00:00:00.000000Z");
  const other = { addresses: "eva@example.com, max@example.com", reason: "bounced" };
  expect((await editor.post("/suppressions", other)).status).toBe(303);
  expect((await reasons("max@example.com"))[0]?.[0]).toBe("bounced");
  const wrong = await editor.post("/suppressions", { ...other, reason: "angry" });
  expect([
    wrong.status,
    wrong.textOf("#field-reason-error"),
    wrong.textOf("#field-addresses"),
  ]).toEqual([422, "Choose a reason of the list.", other.addresses]);
});

test("what is there keeps the earlier time, and nothing is suppressed from tomorrow on", async () => {
  const paste = (time: string, reason: string) =>
    editor.post("/suppressions", { addresses: `email,since\nanna@example.com,${time}`, reason });
  const stand = async () => [
    (await reasons("anna@example.com"))[0]?.[0],
    await since("anna@example.com"),
  ];
  await paste("2026-02-01", "bounced");
  await paste("2026-01-01", "manual");
  expect(await stand()).toEqual(["bounced", "2026-01-01T00:00:00.000000Z"]);
  await paste("2026-03-01", "complained");
  expect(await stand()).toEqual(["complained", "2026-01-01T00:00:00.000000Z"]);
  await editor.post("/suppressions", { addresses: "email,since\neva@example.com,2999-01-01" });
  expect(Date.parse((await since("eva@example.com")) ?? "")).toBeLessThanOrEqual(
    Date.now() + 1_000,
  );
});

test("a semicolon in the origin of an export is no separator", async () => {
  const origin = "Bounce of “Red; green\tand blue” (Relay)";
  await suppress(context.db, ["anna@example.com"], { reason: "bounced", origin });
  const { text } = await editor.get("/suppressions/export");
  await lift(context.db, ["anna@example.com"]);
  expect((await editor.post("/suppressions", { addresses: text })).status).toBe(303);
  expect(await reasons("anna@example.com")).toEqual([["bounced", origin]]);
});
