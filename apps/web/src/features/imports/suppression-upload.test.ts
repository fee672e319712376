import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { apiClient, signedInClient, type TestClient } from "../../testing/client.ts";
import { countsOf, ended, type ImportingContext, importingContext } from "./fixtures/imports.ts";
import { everything, nobodySuppressed } from "./fixtures/suppressions.ts";

let context: ImportingContext;
let editor: TestClient;
let program: Awaited<ReturnType<typeof apiClient>>;
beforeAll(async () => {
  context = await importingContext();
  editor = await signedInClient(context, "editor");
  program = await apiClient(context, "editor");
}, 30_000);
beforeEach(() => nobodySuppressed(context));
afterAll(() => context[Symbol.asyncDispose]());

const FILE = [
  "Since,Email,Plan,Origin,Reason",
  "2026-05-31T09:30:00.123456Z,Anna@Example.com,pro,The old shop,Unsubscribed",
  ",ben@example.com,,,",
  "2026-05-31,eva@example.com,,'=1+1,complained",
  "",
].join("\r\n");

test("a file that is uploaded becomes suppressions, with what it says of reason, origin and time", async () => {
  const form = { name: "C:\\lists\\gone.csv", content: FILE };
  const sent = await editor.postFile("/suppressions/import", form, { reason: "bounced" });
  const path = sent.headers.get("location") ?? "";
  expect([sent.status, path]).toEqual([303, expect.stringMatching(/^\/imports\/[\w-]{36}$/)]);
  const done = await ended(context, path.slice("/imports/".length));
  expect([done.state, done.kind, done.file_name, countsOf(done)]).toEqual([
    "done",
    "suppressions",
    "gone.csv",
    { rows: 3, inserted: 3, updated: 0, skipped: 0, rejected: 0 },
  ]);
  expect(await everything(context)).toMatchObject([
    {
      email: "anna@example.com",
      reason: "unsubscribed",
      origin: "The old shop",
      since: "2026-05-31 09:30:00.123456+00",
    },
    {
      email: "ben@example.com",
      reason: "bounced",
      origin: "Test editor",
      since: expect.any(String),
    },
    {
      email: "eva@example.com",
      reason: "complained",
      origin: "=1+1",
      since: "2026-05-31 00:00:00+00",
    },
  ]);
  const page = await editor.get(path);
  expect(page.textOf(".callout-title")).toBe("3 added");
  expect(page.textOf(".callout-text")).toEndWith("Every row was taken.");
  expect(page.find(".callout a").map(({ attributes }) => attributes["href"])).toEqual([
    "/suppressions",
  ]);
  expect((await editor.get("/imports")).textOf("#imports tbody tr")).toContain("Suppressions");
  const again = await editor.postFile("/suppressions/import", form, { reason: "bounced" });
  const second = again.headers.get("location") ?? "";
  await ended(context, second.slice("/imports/".length));
  expect((await editor.get(second)).textOf(".callout-text")).toEndWith(
    "3 rows were skipped: an address that was suppressed already stays so.",
  );
});

/** Sends a file by the API. */
function send(body: string | FormData, query = "", type = "text/csv") {
  return editor.send(`/api/v1/suppressions/import${query}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${program.token}`,
      ...(typeof body === "string" && { "content-type": type }),
    },
    body,
  });
}

describe("by the API", () => {
  test("a CSV as the body, or in a form, is taken in the background", async () => {
    const form = new FormData();
    form.append("file", new Blob(["ben@example.com\n"]), "gone.csv");
    for (const body of ["email\nanna@example.com\n", form]) {
      const sent = await send(body, "?reason=unsubscribed");
      expect(sent.status).toBe(202);
      const { id, kind } = sent.json<{ id: string; kind: string }>();
      expect(kind).toBe("suppressions");
      await ended(context, id);
      const read = await program.call("GET", `/api/v1/imports/${id}`);
      expect(read.json<object>()).toMatchObject({ state: "done", inserted: 1, progress: 1 });
    }
    const by = { reason: "unsubscribed", origin: "API token “Test”", since: expect.any(String) };
    expect(await everything(context)).toMatchObject([
      { email: "anna@example.com", ...by },
      { email: "ben@example.com", ...by },
    ]);
  });

  test.each([
    ["nothing", "", 422],
    ["no addresses", "name,city\nAnna,Wien\n", 422],
    ["a spreadsheet", "PK\u0003\u0004 and so on", 422],
  ])("%s is refused, and leaves nothing", async (_, body, status) => {
    expect((await send(body)).status).toBe(status);
    const [row] = await context.db.execute(sql`SELECT count(*)::integer AS "n" FROM "import"`);
    expect(row).toEqual({ n: 0 });
  });

  test("what is no CSV, or names no reason, is refused before it is read", async () => {
    expect((await send("x", "", "image/png")).status).toBe(415);
    expect((await send("a@example.com", "?reason=angry")).status).toBe(400);
    const json = await send('{"csv":"","more":1}', "", "application/json");
    expect([json.status, json.json<{ errors: unknown[] }>().errors.length]).toEqual([422, 2]);
    const viewer = await apiClient(context, "viewer");
    const refused = await viewer.call("POST", "/api/v1/suppressions/import", { csv: "x" });
    expect(refused.status).toBe(403);
  });
});

test.each([
  ["no file", undefined, "Choose a file first."],
  ["an empty file", "", "The file is empty."],
  ["no addresses", "name,city\nAnna,Wien\n", "No column has addresses in it."],
  ["senders and recipients", "From,To\nus@example.com,a@example.org\n", "Several columns have"],
  ["a spreadsheet", "PK\u0003\u0004 and so on", "This is a spreadsheet, not a CSV."],
])("%s is refused at its field, and what was chosen stays", async (_, content, message) => {
  const fields = { reason: "complained" };
  const page =
    content === undefined
      ? await editor.post("/suppressions/import", fields)
      : await editor.postFile("/suppressions/import", { name: "x.csv", content }, fields);
  expect(page.status).toBe(422);
  expect(page.textOf("#field-file-error")).toStartWith(message);
  expect(page.find("option[selected]").map(({ text }) => text)).toEqual(["Complained"]);
  const crafted = await editor.post("/suppressions/import", { reason: "angry" });
  expect([crafted.status, crafted.textOf("#field-reason-error")]).toEqual([
    422,
    "Choose a reason of the list.",
  ]);
});
