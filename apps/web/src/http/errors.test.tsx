import { afterAll, beforeAll, expect, test } from "bun:test";
import { type AnyElysia, Elysia } from "elysia";
import { sql } from "drizzle-orm";
import { createLog } from "@mailwright/platform";
import type { Context } from "../context.ts";
import { HTMX } from "../testing/client.ts";
import { testContext } from "../testing/context.ts";
import { envelope } from "./envelope.ts";
import { answerError } from "./errors.tsx";
import { ConflictError, InvalidInputError, NotFoundError } from "./faults.ts";
import { methodsAt } from "./routes-of.ts";

let context: Context;
let app: AnyElysia;
let log = "";

beforeAll(async () => {
  context = await testContext({
    log: createLog("web", "info", { write: (line) => void (log += line) }),
  });
  app = new Elysia()
    .wrap(envelope(context, (request, error) => answerError(context, () => [], request, error)))
    .onError(({ error, request }) =>
      answerError(context, (path) => methodsAt(app, path), request, error),
    )
    .get("/bug", fail(new Error("secret detail")))
    .get("/api/bug", fail(new Error("secret detail")))
    .get("/query", () => context.db.execute(sql`SELECT ${"anna@example.com"}::uuid`))
    .get("/gone", fail(new NotFoundError()))
    .get("/conflict", fail(new ConflictError("It is being sent.")))
    .get("/api/invalid", fail(new InvalidInputError({ name: "This is taken." })))
    .post("/things/:id", () => "done")
    .get("/stream", () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })));
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());

function fail(error: Error) {
  return () => {
    throw error;
  };
}

async function ask(path: string, init: RequestInit = {}) {
  const response = await app.handle(new Request(`http://localhost${path}`, init));
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test("what nobody foresaw is told by its number only, and stands in the log once under that number", async () => {
  log = "";
  for (const headers of [{}, HTMX]) {
    const { status, text, headers: answered } = await ask("/bug", { headers });
    const id = answered.get("x-request-id") ?? "";
    expect(status).toBe(500);
    expect(text).toContain(id);
    expect(text).not.toContain("secret detail");
    const lines = log
      .split("\n")
      .filter((line) => line.includes(id) && line.includes('"level":"error"'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("secret detail");
  }
});

test("a program gets a problem document for it", async () => {
  const { status, headers, text } = await ask("/api/bug");
  expect([status, headers.get("content-type")]).toEqual([500, "application/problem+json"]);
  expect(JSON.parse(text)).toMatchObject({ title: "Something went wrong", status: 500 });
  expect(text).not.toContain("secret detail");
});

test("a failed query is logged without its values", async () => {
  log = "";
  expect((await ask("/query")).status).toBe(500);
  expect(log).toContain("22P02");
  expect(log).not.toContain("anna@example.com");
});

test("a fault that was foreseen is not logged as an error, and says what is so", async () => {
  log = "";
  const gone = await ask("/gone");
  const conflict = await ask("/conflict", { headers: HTMX });
  expect([gone.status, conflict.status]).toEqual([404, 409]);
  expect(conflict.text).toContain("It is being sent.");
  expect(log).not.toContain('"level":"error"');
});

test("invalid input names its field", async () => {
  const { status, text } = await ask("/api/invalid");
  expect([status, JSON.parse(text)]).toEqual([
    422,
    {
      type: "about:blank",
      title: "The input does not fit",
      status: 422,
      detail: "name: This is taken.",
      field: "name",
      errors: [{ field: "name", message: "This is taken." }],
    },
  ]);
});

test("a wrong method is told which ones there are, an unknown path that there is none", async () => {
  const wrong = await ask("/things/7");
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
  expect((await ask("/things/7/more")).status).toBe(404);
});

test("a HEAD gets the headers and no body, also of a stream without an end", async () => {
  const page = await ask("/gone", { method: "HEAD" });
  const stream = await ask("/stream", { method: "HEAD" });
  expect([page.status, page.text, stream.status, stream.text]).toEqual([404, "", 200, ""]);
});

test("every answer forbids what it does not need", async () => {
  for (const path of ["/bug", "/gone", "/nothing", "/api/bug"]) {
    const { headers } = await ask(path);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.has("strict-transport-security")).toBe(false);
  }
});
