import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Context } from "../context.ts";
import { answeredSoon } from "../db/away.ts";
import { can, type Permission, type Token } from "./access.ts";
import { hasBody, mediaType, parseJson, readBody } from "./body.ts";
import { rememberDigest } from "./body-digest.ts";
import { ForbiddenError, InvalidInputError, UnauthenticatedError } from "./faults.ts";
import { replayOrClaim } from "./idempotency.ts";
import { naming } from "./routes-of.ts";
import { storable, unstorablePath } from "../db/storable.ts";

/** What a call takes in its address that names nothing of its own: anything there is refused, as in a body. */
const NO_QUERY = Type.Object({}, { additionalProperties: false });

/** The longest template fits, a million characters, where each of them is escaped to six octets, as many programs do by themselves. */
const JSON_LIMIT = 6 * 1_048_576;

/**
 * The base of a feature's API calls. Each route names the permission it needs and finds `actor`, the caller's token, in
 * its context; `body`, `query` and `params` have passed their schemas, and a route without one for its query takes none. A
 * POST with an Idempotency-Key is carried out once.
 *
 *     new Elysia({ prefix: "/api/v1/contacts" })
 *       .use(api(context))
 *       .post("/", ({ body, status }) => ..., { permission: "contacts:write", body: ContactInput })
 */
export function api(context: Context) {
  const callers = new WeakMap<Request, Promise<Token>>();
  function admitted(request: Request, permission: Permission): Promise<Token> {
    const known = callers.get(request) ?? admit(context, request, permission);
    callers.set(request, known);
    return known;
  }
  return new Elysia({ name: "api" }).macro({
    permission: (permission: Permission) => ({
      detail: { ...naming(permission), security: [{ bearer: [] }] },
      introspect(route: { query?: unknown }) {
        // With a slip in its name a filter would be gone, and the call would be about everything.
        route.query ??= NO_QUERY;
      },
      // Before the body is read and before anything is checked: a stranger learns nothing and sends nothing.
      async parse({ request }: { request: Request }) {
        await admitted(request, permission);
        const body = await readJson(request);
        // It may have been held back until the token was revoked.
        if (hasBody(request)) callers.delete(request);
        await admitted(request, permission);
        return body;
      },
      async transform({ request }: { request: Request }) {
        await admitted(request, permission);
      },
      async resolve({ request }: { request: Request }) {
        return { actor: await admitted(request, permission) };
      },
      async beforeHandle({ request }: { request: Request }) {
        const { id } = await admitted(request, permission);
        return replayOrClaim(context, request, id);
      },
    }),
  });
}

/**
 * The `transform` of a call that may come without its body: that is an empty one. What is there and is no JSON is refused as
 * ever, for it was meant to say something.
 */
export function orEmpty(call: { request: Request; body: unknown }): void {
  if (!hasBody(call.request)) call.body = {};
}

async function admit(context: Context, request: Request, permission: Permission): Promise<Token> {
  const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  const token =
    given === undefined ? undefined : await answeredSoon(context.identities.byToken(given));
  if (token === undefined) {
    throw new UnauthenticatedError(
      "Send a token in the header `Authorization: Bearer <token>`. Tokens are made in Settings.",
    );
  }
  if (!can(token, permission)) {
    throw new ForbiddenError(
      `A token with the role ${token.role} may not do this: it needs ${permission}.`,
    );
  }
  return token;
}

/** JSON is read; a body of another kind (a file) stays where it is, for the route to stream by `digestedBody`. */
async function readJson(request: Request): Promise<unknown> {
  // Not undefined: Elysia would go on to read the body by itself, without a limit.
  if (!hasBody(request) || mediaType(request) !== "application/json") return null;
  const bytes = await readBody(request, JSON_LIMIT);
  rememberDigest(request, bytes);
  if (bytes.byteLength === 0) return null;
  const value = parseJson(bytes);
  const fault = unstorablePath(value);
  if (fault !== undefined) {
    throw new InvalidInputError({
      [fault === "" ? "body" : storable(fault)]:
        "This cannot be stored: it has a character that is no text (NUL or half a surrogate pair), or is nested too deep.",
    });
  }
  return value;
}
