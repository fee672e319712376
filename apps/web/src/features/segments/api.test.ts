import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import { apiClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";
import { created, withContacts } from "./fixtures/segments.ts";
import { addToSegment } from "./segments.ts";

interface Shown {
  id: string;
  name: string;
  rule: unknown;
  size: number | null;
}

test("segments are made, read, changed and deleted", async () => {
  const { context, contacts } = await withContacts(3);
  await using _ = context;
  const { call } = await apiClient(context, "editor");
  const listed = await call("POST", "/api/v1/segments", { name: "Listed" });
  expect(listed.status).toBe(201);
  const { id } = listed.json<Shown>();
  expect(listed.json<Shown>()).toMatchObject({ name: "Listed", rule: null, size: 0 });

  const [first = "", second = ""] = contacts;
  for (const contact of [first, first, second])
    expect((await call("PUT", `/api/v1/segments/${id}/contacts/${contact}`)).status).toBe(204);
  expect((await call("GET", `/api/v1/segments/${id}`)).json<Shown>().size).toBe(2);
  const members = await call("GET", `/api/v1/segments/${id}/contacts?limit=1`);
  const page = members.json<{ items: { id: string }[]; next: string }>();
  expect(page.items.map((member) => member.id)).toEqual([second]);
  const rest = await call("GET", `/api/v1/segments/${id}/contacts?after=${page.next}`);
  expect(rest.json<{ items: { id: string }[] }>().items.map((member) => member.id)).toEqual([
    first,
  ]);
  expect((await call("DELETE", `/api/v1/segments/${id}/contacts/${first}`)).status).toBe(204);
  expect((await call("DELETE", `/api/v1/segments/${id}/contacts/${first}`)).status).toBe(204);

  const renamed = await call("PATCH", `/api/v1/segments/${id}`, { name: "Renamed" });
  expect(renamed.json<Shown>()).toMatchObject({ id, name: "Renamed", size: 1 });
  const list = await call("GET", "/api/v1/segments?search=nam");
  expect(list.json<{ items: Shown[] }>().items.map(({ name }) => name)).toEqual(["Renamed"]);
  expect((await call("DELETE", `/api/v1/segments/${id}`)).status).toBe(204);
  expect((await call("DELETE", `/api/v1/segments/${id}`)).status).toBe(404);
});

test("segments are listed as they are sorted, a page at a time", async () => {
  const { context, contacts } = await withContacts(2);
  await using _ = context;
  const { call } = await apiClient(context);
  for (const [name, size] of Object.entries({ b: 0, c: 2, a: 1 })) {
    const { id } = await created(context.db, name);
    await addToSegment(context.db, id, contacts.slice(0, size));
  }
  const orders = {
    "": "acb",
    "direction=ascending": "bca",
    "sort=name": "abc",
    "sort=name&direction=descending": "cba",
    "sort=size": "cab",
    "sort=size&direction=ascending": "bac",
  };
  for (const [query, expected] of Object.entries(orders)) {
    const path = `/api/v1/segments?limit=2&${query}`;
    const first = (await call("GET", path)).json<{ items: Shown[]; next: string }>();
    const rest = await call("GET", `${path}&after=${first.next}`);
    const all = [...first.items, ...rest.json<{ items: Shown[] }>().items];
    expect([query, all.map(({ name }) => name).join("")]).toEqual([query, expected]);
  }
  expect((await call("GET", "/api/v1/segments?sort=rule")).status).toBe(400);
});

test("a dynamic segment is counted when it is read, and a rule before it is stored", async () => {
  const { context } = await withContacts(4);
  await using _ = context;
  const { call } = await apiClient(context);
  const rule = { field: "attributes.n", is: "greater_than", value: 1 };
  const counted = await call("POST", "/api/v1/segments/count", { rule });
  expect(counted.json<unknown>()).toEqual({ contacts: 3 });
  const made = await call("POST", "/api/v1/segments", { name: "Ruled", rule });
  const { id } = made.json<Shown>();
  expect(made.json<Shown>()).toMatchObject({ rule: { all: [rule] }, size: 3 });
  expect((await call("GET", "/api/v1/segments")).json<{ items: Shown[] }>().items[0]?.size).toBe(
    null,
  );
  const changed = await call("PATCH", `/api/v1/segments/${id}`, {
    rule: { any: [rule, { field: "attributes.n", is: "less_than", value: 2 }] },
  });
  expect(changed.json<Shown>().size).toBe(4);
  const refused = await call("PUT", `/api/v1/segments/${id}/contacts/${newId()}`);
  expect(refused.status).toBe(404);
});

test("faults name their place", async () => {
  const { context, contacts } = await withContacts(1);
  await using _ = context;
  const { call } = await apiClient(context);
  const bad = { all: [{ field: "first_name", is: "equals", value: "" }, { any: [] }] };
  const answer = await call("POST", "/api/v1/segments", { name: "x", rule: bad });
  expect([
    answer.status,
    answer.json<{ errors: { field: string }[] }>().errors.map(({ field }) => field),
  ]).toEqual([422, ["rule.all.0.value", "rule.all.1.any"]]);
  expect((await call("POST", "/api/v1/segments", { name: " " })).status).toBe(422);
  expect((await call("POST", "/api/v1/segments", { name: "x", size: 3 })).status).toBe(422);
  expect((await call("POST", "/api/v1/segments/count", {})).status).toBe(422);
  const { id } = (await call("POST", "/api/v1/segments", { name: "x" })).json<Shown>();
  expect((await call("POST", "/api/v1/segments", { name: "X" })).json<unknown>()).toMatchObject({
    status: 422,
    field: "name",
  });
  expect((await call("PUT", `/api/v1/segments/${id}/contacts/${newId()}`)).status).toBe(404);
  expect((await call("PUT", `/api/v1/segments/${newId()}/contacts/${contacts[0]}`)).status).toBe(
    404,
  );
  const asking = { field: "segment", is: "in", value: id };
  await call("POST", "/api/v1/segments", { name: "y", rule: asking });
  expect((await call("DELETE", `/api/v1/segments/${id}`)).status).toBe(409);
});

test("a token that may only read changes nothing", async () => {
  await using context = await testContext();
  const { call } = await apiClient(context, "viewer");
  expect((await call("POST", "/api/v1/segments", { name: "x" })).status).toBe(403);
  expect((await call("GET", "/api/v1/segments")).json<unknown>()).toEqual({ items: [] });
});
