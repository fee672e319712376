import type { TObject, TSchema } from "@sinclair/typebox";
import type { AnyElysia } from "elysia";

type Route = AnyElysia["routes"][number];

/** What a route of the API says of itself. */
interface Described {
  body?: TSchema;
  query?: TObject;
  params?: TObject;
  response?: Record<string, TSchema>;
  /** `responses` is for answers that are no JSON. */
  detail?: {
    responses?: Record<string, object>;
    requestBody?: { required?: boolean };
    [more: string]: unknown;
  };
}

const PREFIX = "/api/v1/";

const PROBLEM = {
  type: "object",
  required: ["type", "title", "status"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "What to do about it." },
    field: { type: "string", description: "The input at fault." },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["field", "message"],
        properties: { field: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

/**
 * The OpenAPI 3.1 document of the API, made of the very schemas that its routes check with: a TypeBox schema is a JSON
 * Schema, so nothing is translated and nothing can drift.
 */
export function describeApi(routes: readonly Route[], server: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { path, method, hooks } of routes) {
    if (!path.startsWith(PREFIX)) continue;
    const key = path.replace(/\/$/, "").replaceAll(/:(\w+)/g, "{$1}");
    paths[key] = { ...paths[key], [method.toLowerCase()]: operation(method, hooks as Described) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Mailwright",
      version: "1",
      description:
        "Lists take `after` and `limit` and answer with `items` and `next`. Faults are problem documents (RFC 9457).",
    },
    servers: [{ url: server }],
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      schemas: { Problem: PROBLEM },
    },
  };
}

function operation(method: string, hooks: Described): object {
  const { body, query, params, response = {}, detail = {} } = hooks;
  return {
    ...detail,
    parameters: [
      ...parametersOf(params, "path"),
      ...parametersOf(query, "query"),
      ...(method === "POST" ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(body && {
      requestBody: {
        required: true,
        ...detail.requestBody,
        content: { "application/json": { schema: body } },
      },
    }),
    responses: {
      ...detail.responses,
      ...Object.fromEntries(
        Object.entries(response).map(([status, schema]) => [status, answer(status, schema)]),
      ),
      default: {
        description: "A problem",
        content: {
          "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
        },
      },
    },
  };
}

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  schema: { type: "string", maxLength: 200 },
  description:
    "Makes the call safe to repeat for 24 hours: a repetition gets the first answer, or 410 once a contact whom that named was deleted. It is carried out if the first is known to have come to nothing, and gets a 409 where nobody knows.",
};

function parametersOf(schema: TObject | undefined, place: "path" | "query"): object[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || schema?.required?.includes(name) === true,
    schema: integerOf(property) ?? property,
  }));
}

/** A number in an address is checked by Elysia's own schema, which takes its text as well; a caller is told of the number. */
function integerOf({ anyOf }: TSchema): TSchema | undefined {
  const branches = (anyOf ?? []) as TSchema[];
  return branches.length === 2 && branches[0]?.["format"] === "integer" ? branches[1] : undefined;
}

function answer(status: string, schema: TSchema): object {
  return {
    description: schema.description ?? "Done",
    ...(status !== "204" && { content: { "application/json": { schema } } }),
  };
}
