import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { sql } from "drizzle-orm";
import { type Answer, apiClient, visitor } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { added } from "../contacts/fixtures/contacts.ts";
import { created } from "../segments/fixtures/segments.ts";
import {
  empty,
  ended,
  everybody,
  type ImportingContext,
  importingContext,
} from "./fixtures/imports.ts";

const IMPORTS = "/api/v1/imports";

interface Shown {
  id: string;
  state: string;
}

let context: ImportingContext;
let program: Awaited<ReturnType<typeof apiClient>>;
beforeAll(async () => {
  context = await importingContext();
  program = await apiClient(context, "editor");
}, 30_000);
beforeEach(() => empty(context));
afterAll(() => context[Symbol.asyncDispose]());

/** Sends a file: as the body, or in a form. */
function send(
  body: string | FormData,
  { query = "", token = program.token, headers = {} as Record<string, string> } = {},
): Promise<Answer> {
  return visitor(context).send(`${IMPORTS}${query}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      ...(typeof body === "string" && { "content-type": "text/csv" }),
      ...headers,
    },
    body,
  });
}

/** The import that was answered, as it is read once it is over. */
async function outcome(sent: Answer): Promise<object> {
  expect(sent.status).toBe(202);
  const { id } = sent.json<Shown>();
  await ended(context, id);
  return (await program.call("GET", `${IMPORTS}/${id}`)).json<object>();
}

const MOMENT = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;

test("a CSV as the body is taken in the background, and can be read how far it is", async () => {
  const sent = await send("email,first_name,plan\nanna@example.com,Anna,pro\nno address,Ben,\n");
  expect(sent.json<Shown>()).toMatchObject({ file_name: "", segment_id: null });
  expect(await outcome(sent)).toEqual({
    id: sent.json<Shown>().id,
    kind: "contacts",
    state: "done",
    file_name: "",
    segment_id: null,
    on_duplicate: "update",
    rows: 2,
    inserted: 1,
    updated: 0,
    skipped: 0,
    rejected: 1,
    progress: 1,
    error: null,
    created_at: MOMENT,
    finished_at: MOMENT,
  });
  expect(await everybody(context)).toMatchObject([
    { email: "anna@example.com", first_name: "Anna", attributes: { plan: "pro" } },
  ]);
});

test("a file in a form keeps its name, and its rows join the segment that is named", async () => {
  const { id: segment } = await created(context.db, "Fair");
  const form = new FormData();
  form.append("note", "not a file");
  form.append("file", new Blob(["anna@example.com\nben@example.com\n"]), "fair.csv");
  const done = await outcome(await send(form, { query: `?segment_id=${segment}` }));
  expect(done).toMatchObject({ file_name: "fair.csv", segment_id: segment, inserted: 2 });
  expect((await everybody(context)).map(({ segments }) => segments)).toEqual([["Fair"], ["Fair"]]);
});

test("who is here already is updated, or left as they are where that is asked for", async () => {
  await added(context.db, { email: "anna@example.com", first_name: "Anna" });
  const file = "email,first_name\nanna@example.com,Anne\n";
  const skipped = await outcome(await send(file, { query: "?on_duplicate=skip" }));
  expect(skipped).toMatchObject({ on_duplicate: "skip", updated: 0, skipped: 1 });
  expect(await everybody(context)).toMatchObject([{ first_name: "Anna" }]);
  const updated = await outcome(await send(file, { query: "?on_duplicate=update" }));
  expect(updated).toMatchObject({ on_duplicate: "update", updated: 1, skipped: 0 });
  expect(await everybody(context)).toMatchObject([{ first_name: "Anne" }]);
});

test("the rows that were not taken come as a CSV with line and reason, and no cell is a formula", async () => {
  const sent = await send("email,plan\nanna@,=pro\nanna@example.com,\n,free\n");
  await outcome(sent);
  const { id } = sent.json<Shown>();
  const file = await program.call("GET", `${IMPORTS}/${id}/rejects`);
  expect([file.headers.get("content-type"), file.headers.get("content-disposition")]).toEqual([
    "text/csv; charset=utf-8",
    `attachment; filename="rejected-${id}.csv"`,
  ]);
  const lines = file.text.split("\r\n");
  expect([lines.length, lines.at(-1)]).toEqual([4, ""]);
  expect(lines[0]).toEndWith("email,plan");
  expect(lines[1]).toMatch(/^2,.+,anna@,'=pro$/);
  expect(lines[2]).toMatch(/^4,.+,,free$/);
});

describe("refused, with nothing left of it, is", () => {
  test.each([
    ["no file", "", {}, 422],
    ["a file without addresses", "name,city\nAnna,Wien\n", {}, 422],
    ["a spreadsheet", "PK\u0003\u0004 and so on", {}, 422],
    ["what is no CSV", "x", { headers: { "content-type": "image/png" } }, 415],
    ["an unknown way", "a@example.com\n", { query: "?on_duplicate=merge" }, 400],
    ["what is no segment", "a@example.com\n", { query: "?segment_id=7" }, 400],
    ["an unknown segment", "a@example.com\n", { query: `?segment_id=${newId()}` }, 422],
  ])("%s", async (_, body, more, status) => {
    expect((await send(body, more)).status).toBe(status);
    await expectNothing();
  });

  test("a segment whose rule decides, and the field is named", async () => {
    const rule = { field: "first_name", is: "set" };
    const { id } = await created(context.db, "By rule", rule);
    const refused = await send("a@example.com\n", { query: `?segment_id=${id}` });
    expect([refused.status, refused.json<{ field: string }>().field]).toEqual([422, "segment_id"]);
    await expectNothing();
  });

  test("a form without a file, and a body that breaks its form", async () => {
    const form = new FormData();
    form.append("note", "x");
    expect((await send(form)).status).toBe(422);
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    expect((await send("no form", { headers })).status).toBe(422);
    expect((await send("x", { headers: { "content-type": "multipart/form-data" } })).status).toBe(
      422,
    );
    await expectNothing();
  });

  test("whoever may only read", async () => {
    const { token, call } = await apiClient(context, "viewer");
    expect((await send("a@example.com\n", { token })).status).toBe(403);
    expect((await call("DELETE", `${IMPORTS}/${newId()}`)).status).toBe(403);
    await expectNothing();
  });
});

test.each([
  ["as the body", (file: string) => file],
  ["in a form, whose boundary is another each time", formOf],
])(
  "a file that is sent twice under one Idempotency-Key %s is imported once, and no other file under it",
  async (_, bodyOf) => {
    const headers = { "idempotency-key": newId() };
    const first = await send(bodyOf("a@example.com\n"), { headers });
    const again = await send(bodyOf("a@example.com\n"), { headers });
    expect([first.status, again.status, again.json<Shown>()]).toEqual([202, 202, first.json()]);
    const other = await send(bodyOf("b@example.com\n"), { headers });
    expect([other.status, other.json<{ field: string }>().field]).toEqual([422, "Idempotency-Key"]);
    const list = await program.call("GET", IMPORTS);
    expect(list.json<{ items: unknown[] }>().items).toHaveLength(1);
  },
);

function formOf(file: string): FormData {
  const form = new FormData();
  form.append("file", new File([file], "people.csv"));
  return form;
}

test("an import that waits or runs is cancelled, one that has ended is not, and an unknown one is 404", async () => {
  // No worker: it stays where it is.
  await using still = await testContext();
  const { token, call } = await apiClient(still);
  const sent = await visitor(still).send(IMPORTS, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "text/csv" },
    body: "a@example.com\n",
  });
  const { id, state } = sent.json<Shown>();
  expect([sent.status, state]).toEqual([202, "running"]);
  expect((await call("DELETE", `${IMPORTS}/${id}`)).status).toBe(204);
  expect((await call("GET", `${IMPORTS}/${id}`)).json<Shown>()).toMatchObject({
    state: "cancelled",
    inserted: 0,
    finished_at: MOMENT,
  });
  const again = await call("DELETE", `${IMPORTS}/${id}`);
  expect([again.status, again.json<{ detail: string }>().detail]).toEqual([
    409,
    "The import has ended already.",
  ]);
  for (const unknown of [newId(), "7"]) {
    expect((await call("DELETE", `${IMPORTS}/${unknown}`)).status).toBe(404);
    expect((await call("GET", `${IMPORTS}/${unknown}`)).status).toBe(404);
    expect((await call("GET", `${IMPORTS}/${unknown}/rejects`)).status).toBe(404);
  }
});

test("the list has the newest first, a page at a time", async () => {
  const ids: string[] = [];
  for (const name of ["a", "b", "c"]) {
    const sent = await send(`${name}@example.com\n`);
    await outcome(sent);
    ids.push(sent.json<Shown>().id);
  }
  const first = (await program.call("GET", `${IMPORTS}?limit=2`)).json<List>();
  expect(first.items.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 2));
  const rest = (await program.call("GET", `${IMPORTS}?after=${first.next}`)).json<List>();
  expect([rest.items.map(({ id }) => id), rest.next]).toEqual([ids.slice(0, 1), undefined]);
});

interface List {
  items: Shown[];
  next?: string;
}

/** Neither an import is left nor a contact. */
async function expectNothing(): Promise<void> {
  const [left] = await context.db.execute(
    sql`SELECT (SELECT count(*)::integer FROM "import") AS "imports", (SELECT count(*)::integer FROM "contact") AS "contacts"`,
  );
  expect(left).toEqual({ imports: 0, contacts: 0 });
}
