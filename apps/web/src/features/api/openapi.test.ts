import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import type { Context } from "../../context.ts";
import { guardedRoutes } from "../../http/routes-of.ts";
import { apiClient, appOf, visitor } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";

interface Operation {
  summary?: string;
  security?: object[];
  parameters: { name: string; schema: object }[];
  responses: Record<string, { content?: Record<string, object> }>;
  requestBody?: { content: Record<string, { schema: { additionalProperties?: boolean } }> };
}
interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

let context: Context;
let description: Description;

beforeAll(async () => {
  context = await testContext();
  description = (await visitor(context).get("/api/v1/openapi.json")).json<Description>();
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());

function operations(): [string, Operation][] {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

test("every call of the API is described", () => {
  const routes = guardedRoutes(appOf(context))
    .filter(({ path }) => path.startsWith("/api/v1/"))
    .map(
      ({ method, path }) => `${method} ${path.replace(/\/$/, "").replaceAll(/:(\w+)/g, "{$1}")}`,
    );
  expect(description.openapi).toBe("3.1.0");
  expect(routes.length).toBeGreaterThan(2);
  expect(
    operations()
      .map(([name]) => name)
      .toSorted(),
  ).toEqual(routes.toSorted());
});

test("every call but this one says what it is for, that it wants a token, and what it answers", () => {
  const lacking = operations()
    .filter(([name]) => name !== "GET /api/v1/openapi.json")
    .filter(
      ([, { summary, security, responses }]) =>
        !summary || security?.length !== 1 || Object.keys(responses).length < 2,
    );
  expect(lacking.map(([name]) => name)).toEqual([]);
});

/** What else they take is for the gateway's kind to say, which refuses the rest: `gateways/api.test.ts` has that. */
const REFUSED_LATER = ["POST /api/v1/gateways", "PATCH /api/v1/gateways/{id}"];

test("every body refuses fields it does not know", () => {
  const lax = operations().filter(([, { requestBody }]) => {
    const schema = requestBody?.content["application/json"]?.schema;
    return schema !== undefined && schema.additionalProperties !== false;
  });
  expect(lax.map(([name]) => name)).toEqual(REFUSED_LATER);
});

test("every call refuses parameters of its address that it does not know, and names them", async () => {
  const { call } = await apiClient(context);
  const calls = operations().filter(([name]) => name !== "GET /api/v1/openapi.json");
  const lax: unknown[] = [];
  for (const [name] of calls) {
    const [method = "", path = ""] = name.split(" ");
    const at = path.replaceAll(/\{\w+\}/g, newId()).replace(/(versions)\/[^/]+/, "$1/1");
    const { status, json } = await call(method, `${at}?slip=1`);
    const detail = status === 400 ? json<{ detail: string }>().detail : "";
    if (!detail.startsWith("slip: ")) lax.push([name, status, detail]);
  }
  expect(calls.length).toBeGreaterThan(50);
  expect(lax).toEqual([]);
});

test("every call answers in the kind that it is described with", async () => {
  const { call } = await apiClient(context);
  const kinds = new Set<string>();
  for (const [name, { responses }] of operations()) {
    const [method = "", path = ""] = name.split(" ");
    if (method !== "GET" || path.includes("{") || path.endsWith("/openapi.json")) continue;
    const { status, headers } = await call(method, path);
    if (status !== 200) continue;
    const kind = headers.get("content-type")?.split(";")[0] ?? "";
    kinds.add(kind);
    expect([name, Object.keys(responses["200"]?.content ?? {})]).toEqual([name, [kind]]);
  }
  expect([...kinds].toSorted()).toEqual(["application/json", "image/svg+xml", "text/csv"]);
});

test("a file that is sent is described by the kinds of body that it may come in", () => {
  const bodies = operations()
    .map(([name, { requestBody }]) => [name, Object.keys(requestBody?.content ?? {})])
    .filter(([, kinds]) => kinds?.includes("text/csv"));
  expect(Object.fromEntries(bodies)).toEqual({
    "POST /api/v1/imports": ["text/csv", "multipart/form-data"],
    "POST /api/v1/suppressions/import": ["text/csv", "multipart/form-data", "application/json"],
  });
});

test("a number in an address is described as one", () => {
  const parameters = operations().flatMap(([, operation]) => operation.parameters);
  const limits = parameters.filter(({ name }) => name === "limit");
  expect(limits.length).toBeGreaterThan(5);
  for (const { schema } of limits) {
    expect(schema).toMatchObject({ type: "integer", minimum: 1, maximum: 500, default: 100 });
    expect(schema).not.toHaveProperty("anyOf");
  }
  const version = parameters.find(({ name }) => name === "version");
  expect(version?.schema).toEqual({ type: "integer", minimum: 1, maximum: 2_147_483_647 });
});
