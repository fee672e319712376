import { lt } from "drizzle-orm";
import { Elysia } from "elysia";
import { problem, problemResponse } from "@mailwright/platform";
import { type Parsed, receive } from "@mailwright/protocol";
import type { Context } from "../context.ts";
import { answeredSoon } from "../db/away.ts";
import type { Queryable } from "../db/open.ts";
import { serviceNonce } from "../db/schema/calls.ts";
import { leaveBody, naming } from "./routes-of.ts";

/** The base of what the other service calls. Its routes are made with `serviceCall`, which does the checking. */
export function services() {
  return new Elysia({ name: "services" }).macro({
    permission: (permission: "service") => ({
      parse: leaveBody,
      detail: naming(permission),
    }),
  });
}

/**
 * The handler of a signed call: opens it (`receive` of the protocol), and hands over what it says; whatever is not
 * signed, too old, repeated, too large or of the wrong shape is answered with a problem and has changed nothing.
 *
 *     .post("/internal/reports", serviceCall(context, { limit: 2_000_000, parse: parseReports }, (reports) => ...),
 *       { permission: "service" })
 */
export function serviceCall<T>(
  { config, clock, db }: Context,
  { limit, parse }: { limit: number; parse: (value: unknown) => Parsed<T> },
  answer: (value: T) => Promise<object>,
) {
  const receiver = {
    keys: config.serviceKeys,
    now: () => clock.now(),
    rememberNonce: (nonce: string, ttlMs: number) =>
      answeredSoon(rememberNonce(db, nonce, clock.now() + ttlMs)),
  };
  return async ({ request }: { request: Request }): Promise<Response> => {
    const call = await receive(request, receiver, limit, parse);
    if (call.ok) return Response.json(await answer(call.value));
    const { status, title, ...rest } = call.refusal;
    return problemResponse(problem(status, title, rest));
  };
}

/** Forgets the nonces of calls that are too old to be believed anyway; returns how many. */
export async function forgetNonces(db: Queryable, now: number): Promise<number> {
  const old = await db
    .delete(serviceNonce)
    .where(lt(serviceNonce.expires_at, new Date(now)))
    .returning({ nonce: serviceNonce.nonce });
  return old.length;
}

async function rememberNonce(db: Queryable, nonce: string, expiresAt: number): Promise<boolean> {
  const added = await db
    .insert(serviceNonce)
    .values({ nonce, expires_at: new Date(expiresAt) })
    .onConflictDoNothing()
    .returning({ nonce: serviceNonce.nonce });
  return added.length === 1;
}
