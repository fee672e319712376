import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { type Answer, signedInClient, type TestClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { created, manySegments } from "../segments/fixtures/segments.ts";
import {
  empty,
  ended,
  everybody,
  imported,
  importingContext,
  started,
  uploaded,
} from "./fixtures/imports.ts";
import { readImport } from "./imports.ts";

const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{ 7 | times: 7 }}`;
const ALERT = /<script>alert|<img src=x/;
const FILE = "email,Vorname,City\nanna@example.com,Anna,Ghent\n";

/** Without a worker: what is started stays so. */
let context: Context;
let editor: TestClient;
beforeAll(async () => {
  context = await testContext();
  editor = await signedInClient(context, "editor");
}, 30_000);
beforeEach(() => empty(context));
afterAll(() => context[Symbol.asyncDispose]());

test("a file is uploaded, told what its columns are, taken in and shown with what was rejected, by plain forms", async () => {
  await using working = await importingContext();
  const client = await signedInClient(working, "editor");
  const content = `${FILE}nobody,Ben,\n`;
  const sent = await client.postFile("/imports", { name: "C:\\lists\\people.csv", content });
  const path = sent.headers.get("location") ?? "";
  expect([sent.status, path]).toEqual([303, expect.stringMatching(/^\/imports\/[\w-]{36}$/)]);
  const mapping = await client.get(path);
  expect([mapping.textOf("h1"), columnsOn(mapping)]).toEqual([
    "people.csv",
    ["email", "first_name", "attribute"],
  ]);
  // The file waits among the imports; this page would only show itself anew.
  expect(mapping.find(".form-actions a").map((a) => [a.text, a.attributes["href"]])).toEqual([
    ["Later", "/imports"],
  ]);
  const begun = await client.post(`${path}/start`, {
    target: ["email", "first_name", "attribute"],
    key: ["", "", "town"],
    on_duplicate: "skip",
    segment_name: "Fair",
  });
  expect([begun.status, begun.headers.get("location")]).toEqual([303, path]);
  await ended(working, path.slice("/imports/".length));
  expect(await everybody(working)).toMatchObject([
    { email: "anna@example.com", first_name: "Anna", attributes: { town: "Ghent" } },
  ]);
  const done = await client.get(path);
  expect(done.find(".stat-value").map(({ text }) => text)).toEqual(["2", "1", "0", "0", "1"]);
  const file = await client.get(`${path}/rejects`);
  expect(file.headers.get("content-disposition")).toStartWith('attachment; filename="rejected-');
  expect(file.text).toContain(",nobody,Ben,");
  // What has begun does not begin again.
  expect((await client.post(`${path}/start`)).headers.get("location")).toBe(path);
});

test.each([
  ["no file", undefined, "Choose a file first."],
  ["an empty file", "", "The file is empty."],
  ["a spreadsheet", "PK\u0003\u0004 and so on", "This is a spreadsheet, not a CSV."],
])("%s is refused at its field, and leaves nothing", async (_, content, message) => {
  const page =
    content === undefined
      ? await editor.post("/imports")
      : await editor.postFile("/imports", { name: "x.csv", content });
  expect(page.status).toBe(422);
  expect(page.textOf("#field-file-error")).toStartWith(message);
  const [left] = await context.db.execute(sql`SELECT count(*)::integer AS "n" FROM "import"`);
  expect(left).toEqual({ n: 0 });
});

describe("the columns", () => {
  test("are guessed anew for another separator or without headings, and nothing is kept of it", async () => {
    const { id } = await uploaded(context, FILE);
    const other = await editor.get(`/imports/${id}?separator=%7C&header=no`);
    expect(other.find("#columns tbody tr")).toHaveLength(1);
    expect(chosenOn(other, "separator")[0]).toBe("|");
    expect(columnsOn(await editor.get(`/imports/${id}`))).toHaveLength(3);
  });

  test("that cannot be are refused at each, status 422, and every choice and word stays", async () => {
    const { id } = await uploaded(context, FILE);
    const typed = {
      target: ["first_name", "attribute", "first_name"],
      key: ["", "", "x"],
      on_duplicate: "skip",
      segment_name: "Fair",
    };
    const refused = await editor.post(`/imports/${id}/start`, typed);
    expect(refused.status).toBe(422);
    expect(refused.find("#columns [aria-invalid]").length).toBeGreaterThan(0);
    expect(refused.find("#columns .field-error").length).toBeGreaterThanOrEqual(2);
    expect(columnsOn(refused)).toEqual(typed.target);
    expect(valuesOf(refused, "key")).toEqual(typed.key);
    expect(valuesOf(refused, "segment_name")).toEqual(["Fair"]);
    expect(refused.find("input[name=on_duplicate][checked]")[0]?.attributes["value"]).toBe("skip");
    expect((await readImport(context.db, id))?.state).toBe("mapping");
    const [segments] = await context.db.execute(
      sql`SELECT count(*)::integer AS "n" FROM "segment"`,
    );
    expect(segments).toEqual({ n: 0 });
  });

  test("can be brought into a thousand segments by name, and that there are more is said", async () => {
    const { id } = await uploaded(context, FILE);
    const choices = async () => {
      const page = await editor.get(`/imports/${id}`);
      return [
        page.find("select[name=segment_id] option").length - 1,
        page.textOf("#field-segment_id-hint"),
      ];
    };
    await manySegments(context.db, 1_000);
    expect(await choices()).toEqual([1_000, undefined]);
    await created(context.db, "One more");
    expect(await choices()).toEqual([
      1_000,
      "There are more: the API takes any of them by its id.",
    ]);
  });

  test("do not start an import into two segments, a dynamic one, one that is gone or one whose name is taken", async () => {
    const { id } = await uploaded(context, FILE);
    const { id: listed } = await created(context.db, "Fair");
    const rule = { field: "first_name", is: "set" };
    const { id: ruled } = await created(context.db, "By rule", rule);
    const columns = { target: ["email", "", ""], key: ["", "", ""] };
    const faults = {
      "Choose a segment or name a new one, not both.": {
        segment_id: listed,
        segment_name: "Other",
      },
      "A rule decides who is in this segment: choose another.": { segment_id: ruled },
      "This segment is gone: choose another.": { segment_id: newId() },
      "Choose a segment of the list.": { segment_id: "7" },
      "There is a segment called “fair” already. Choose another name.": { segment_name: "fair" },
    };
    for (const [message, segment] of Object.entries(faults)) {
      const refused = await editor.post(`/imports/${id}/start`, { ...columns, ...segment });
      expect([refused.status, refused.textOf(".mapping-rest .field-error")]).toEqual([
        422,
        message,
      ]);
      expect(columnsOn(refused)).toEqual(columns.target);
    }
    expect((await readImport(context.db, id))?.state).toBe("mapping");
  });
});

describe("to cancel", () => {
  test("a file that waits is discarded", async () => {
    const { id } = await uploaded(context, FILE);
    const path = `/imports/${id}`;
    const asked = await editor.get(`${path}/cancel`);
    expect([asked.textOf("h1"), asked.textOf("#confirm li")]).toEqual([
      "Discard people.csv?",
      "The uploaded file",
    ]);
    const gone = await editor.post(`${path}/cancel`);
    expect(gone.headers.get("location")).toBe("/imports");
    expect((await editor.get("/imports")).textOf(".toast-text")).toBe("The file was discarded.");
    expect((await readImport(context.db, id))?.state).toBe("cancelled");
  });

  test("one that runs stops, its page says so, and it cannot be cancelled again", async () => {
    const id = await started(context, FILE);
    const path = `/imports/${id}`;
    expect((await editor.get(path)).textOf("h2")).toBe("Importing");
    expect((await editor.get(`${path}/cancel`)).textOf("h1")).toBe(
      "Cancel the import of people.csv?",
    );
    expect((await editor.post(`${path}/cancel`)).headers.get("location")).toBe(path);
    const page = await editor.get(path);
    expect([page.textOf(".toast-text"), page.textOf(".callout-title")]).toEqual([
      "The import was cancelled.",
      "The import was cancelled",
    ]);
    expect((await editor.get(`${path}/progress`)).textOf(".callout-title")).toBe(
      "The import was cancelled",
    );
    const again = [await editor.get(`${path}/cancel`), await editor.post(`${path}/cancel`)];
    expect(again.map(({ status }) => status)).toEqual([409, 409]);
  });
});

test("what became of the rows is said of all of them, also of those that were skipped", async () => {
  await using working = await importingContext();
  const viewer = await signedInClient(working, "viewer");
  const said = async (content: string) => {
    const { id } = await imported(working, content, { onDuplicate: "skip" });
    const page = await viewer.get(`/imports/${id}`);
    const [callout] = page.find(".callout");
    return [
      callout?.attributes["data-tone"],
      ...page.find(".callout-text > *").map(({ text }) => text),
    ];
  };
  expect(await said(FILE)).toEqual(["success", "1 added", "Every row was taken."]);
  const SKIPPED = "1 row was skipped: whoever was here already stays as they were.";
  expect(await said(FILE)).toEqual(["success", "1 skipped", SKIPPED]);
  expect(await said(`${FILE}nobody,Ben,\n`)).toEqual([
    "warning",
    "1 skipped, 1 rejected",
    `${SKIPPED} 1 row was rejected; it is listed below.`,
  ]);
  const wrong = Array.from({ length: 21 }, (_, index) => `nobody${index},Ben,\n`).join("");
  expect(await said(`${FILE.replace("anna", "eva")}${wrong}`)).toEqual([
    "warning",
    "1 added, 21 rejected",
    "21 rows were rejected; 20 of them are listed below.",
  ]);
});

test("the list has the newest first, fifty at a time, with the state of each", async () => {
  await context.db.execute(sql`
    INSERT INTO "import" ("id", "file_name", "state", "created_by")
    SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, n || '.csv', 'cancelled', 'test'
    FROM generate_series(1, 60) AS n
  `);
  const first = await editor.get("/imports");
  expect(filesOn(first).slice(0, 2)).toEqual(["60.csv", "59.csv"]);
  expect(first.textOf("#imports tbody .badge")).toBe("Cancelled");
  const [older] = first.find("a[rel=next]");
  const second = await editor.get(older?.attributes["href"] ?? "");
  expect(filesOn(second)).toEqual(Array.from({ length: 10 }, (_, index) => `${10 - index}.csv`));
  const [newer] = second.find("a[rel=prev]");
  expect(filesOn(await editor.get(newer?.attributes["href"] ?? ""))).toEqual(filesOn(first));
});

test("nothing that a file says, in its name, its headings or its cells, becomes markup", async () => {
  const cell = `"${HOSTILE.replaceAll('"', '""')}"`;
  const sent = await editor.postFile("/imports", {
    name: `${HOSTILE.replaceAll("/", "")}.csv`,
    content: `email,${cell}\nanna@example.com,${cell}\n`,
  });
  const path = sent.headers.get("location") ?? "";
  const q = encodeURIComponent(HOSTILE);
  for (const at of [
    "/imports",
    path,
    `${path}?separator=${q}&header=${q}&target=${q}&key=${q}`,
    `${path}/cancel`,
  ]) {
    const page = await editor.get(at);
    expect([at, page.status, ALERT.test(page.text)]).toEqual([at, 200, false]);
  }
  const typed = { target: [HOSTILE, "attribute"], key: [HOSTILE, HOSTILE], segment_name: HOSTILE };
  const refused = await editor.post(`${path}/start`, { ...typed, segment_id: HOSTILE });
  expect([refused.status, ALERT.test(refused.text)]).toEqual([422, false]);
});

test("who may only look sees how an import stands and no way to change it, and is refused when they try", async () => {
  const viewer = await signedInClient(context, "viewer");
  const { id: waiting } = await uploaded(context, FILE);
  const running = await started(context, FILE);
  for (const path of ["/imports", `/imports/${waiting}`, `/imports/${running}`]) {
    const page = await viewer.get(path);
    expect([path, page.status, page.find("main form[method=post]")]).toEqual([path, 200, []]);
    expect(page.find("main a[href$=cancel], main a[href$=new]")).toEqual([]);
  }
  const calls = ["", `/${waiting}/start`, `/${waiting}/cancel`];
  for (const call of calls)
    expect([call, (await viewer.post(`/imports${call}`)).status]).toEqual([call, 403]);
  expect((await viewer.get(`/imports/${waiting}/cancel`)).status).toBe(403);
});

/** What each column is to become, as the form has it. */
function columnsOn(page: Answer): (string | undefined)[] {
  return chosenOn(page, "target");
}

function chosenOn(page: Answer, name: string): (string | undefined)[] {
  return page
    .find(`select[name=${name}] option[selected]`)
    .map(({ attributes }) => attributes["value"]);
}

function valuesOf(page: Answer, name: string): (string | undefined)[] {
  return page.find(`input[name=${name}]`).map(({ attributes }) => attributes["value"]);
}

function filesOn(page: Answer): string[] {
  return page.find("#imports tbody [data-primary]").map(({ text }) => text);
}
