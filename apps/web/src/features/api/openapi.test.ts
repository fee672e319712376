import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Context } from "../../context.ts";
import { guardedRoutes } from "../../http/routes-of.ts";
import { appOf, visitor } from "../../testing/client.ts";
import { testContext } from "../../testing/context.ts";

interface Operation {
  summary?: string;
  security?: object[];
  responses: Record<string, object>;
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
