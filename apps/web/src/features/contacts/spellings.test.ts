import { expect, test } from "bun:test";
import { apiClient } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";

test("an answer goes with whoever stands in it behind an escaped character, and with nobody whose address only looks so", async () => {
  await using context = await testContext();
  const { call } = await apiClient(context);
  const { id } = (await call("POST", "/api/v1/contacts", { email: "anna@example.com" })).json<{
    id: string;
  }>();
  const notes = {
    line: "Partner:\nanna@example.com",
    cell: "Partner\tAnna@example.com",
    code: "Partner\u001eanna@example.com",
    path: String.raw`C:\nanna@example.com`,
    word: "nanna@example.com",
  };
  const post = (key: string) => {
    const attributes = { note: notes[key as keyof typeof notes] };
    return call(
      "POST",
      "/api/v1/contacts",
      { email: `${key}@example.com`, attributes },
      { "idempotency-key": key },
    );
  };
  for (const key of Object.keys(notes)) expect((await post(key)).status).toBe(201);
  expect((await call("DELETE", `/api/v1/contacts/${id}`)).status).toBe(204);
  const again: [string, number][] = [];
  for (const key of Object.keys(notes)) again.push([key, (await post(key)).status]);
  expect(Object.fromEntries(again)).toEqual({
    line: 410,
    cell: 410,
    code: 410,
    path: 201,
    word: 201,
  });
});
