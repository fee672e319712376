import { expect, test } from "bun:test";
import { describeError } from "./log.ts";

test("an error of a query is told without its parameters, by whichever way they could come in", () => {
  const postgres = Object.assign(new Error("Key (email)=(anna@example.com) already exists."), {
    code: "23505",
    constraint_name: "contact_canonical_email",
    table_name: "contact",
  });
  postgres.name = "PostgresError";
  const failed = Object.assign(
    new Error("Failed query: insert … params: anna@example.com", { cause: postgres }),
    {
      query: "insert into contact …",
      params: ["anna@example.com"],
    },
  );
  expect(describeError(failed)).toMatchObject({
    code: "23505",
    query: "insert into contact …",
    constraint: "contact_canonical_email",
    table: "contact",
  });
  expect(describeError(new Error("while saving", { cause: failed }))).toMatchObject({
    message: "while saving",
  });
  for (const error of [postgres, failed, new Error("while saving", { cause: failed })]) {
    expect(JSON.stringify(describeError(error))).not.toContain("anna@example.com");
  }
});

test("an ordinary error is told whole", () => {
  expect(
    describeError(new TypeError("no such thing", { cause: new Error("because") })),
  ).toMatchObject({
    type: "TypeError",
    message: "no such thing",
    cause: { type: "Error", message: "because" },
  });
});
