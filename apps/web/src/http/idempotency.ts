import { and, eq, getTableColumns, lt, sql } from "drizzle-orm";
import { problem, problemResponse } from "@mailwright/platform";
import type { Context } from "../context.ts";
import type { Queryable } from "../db/open.ts";
import { idempotencyKey } from "../db/schema/calls.ts";
import { mediaType } from "./body.ts";
import { digestOf, digestWhole, whileArriving } from "./body-digest.ts";
import { finishWith } from "./envelope.ts";
import { RequestError } from "./faults.ts";

/** How long an answer is kept for whoever asks again: by Postgres's clock, since a web whose own is ahead would do it twice. */
const KEPT = sql`interval '24 hours'`;
/** No call takes this long but for a file that is still arriving; one that has no answer by then was cut off, by a crash. */
const UNDER_WAY = sql`interval '5 minutes'`;
/** How often the claim of a call is renewed whose file is arriving. */
const RENEWED_EVERY_MS = 60_000;
/** The status of an answer that named somebody who was erased since (`contacts/erasure-queries.ts`). */
const GONE = 410;

const undone = new WeakSet<Request>();

/** Says of a call that failed that nothing was done, or nothing that a repetition would do twice. */
export function rememberUndone(request: Request): void {
  undone.add(request);
}

/**
 * Makes a POST with an Idempotency-Key safe to repeat: the first call claims the key and is carried out (undefined is
 * returned), a later one gets the first one's answer. Only answers that say something was done (2xx) are kept; one that
 * is known to have come to nothing may be tried anew with the same key. A call that failed otherwise, or that was cut off
 * by a crash, leaves its outcome unknown, and is not carried out a second time under its key. A call whose answer named
 * a person erased since is not repeated either: the answer was deleted with them, the key was kept.
 */
export async function replayOrClaim(
  context: Context,
  request: Request,
  caller: string,
): Promise<Response | undefined> {
  const key = request.headers.get("idempotency-key");
  if (key === null || request.method !== "POST") return undefined;
  if (!/^[\x21-\x7e]{1,200}$/.test(key))
    throw new RequestError(400, "An Idempotency-Key is 1 to 200 visible ASCII characters.");
  const request_hash = hashOf(context, request);
  const call = { caller, key, request_hash };
  if (await claim(context.db, call)) {
    renewWhileArriving(context, request, call);
    finishWith(request, (response) => settle(context, call, request, response));
    return undefined;
  }
  const earlier = await read(context.db, call);
  // Between the two statements the first call may have failed and given its key back.
  if (earlier === undefined) return underWay();
  if (!(await isSame(context, request, earlier))) return otherRequest();
  if (earlier.status === GONE) return erased();
  if (earlier.status === null) return earlier.isCutOff ? cutOff() : underWay();
  if (!isDone(earlier.status)) return cutOff();
  return new Response(earlier.body, {
    status: earlier.status,
    headers: {
      "content-type": earlier.content_type ?? "application/json",
      "idempotency-replayed": "true",
    },
  });
}

/** Forgets the answers that were kept long enough; returns how many. */
export async function forgetAnswers(db: Queryable): Promise<number> {
  const old = await db
    .delete(idempotencyKey)
    .where(isKeptLongEnough)
    .returning({ key: idempotencyKey.key });
  return old.length;
}

interface Call {
  caller: string;
  key: string;
  request_hash: string;
}

const isKeptLongEnough = lt(idempotencyKey.created_at, sql`now() - ${KEPT}`);

async function claim(db: Queryable, call: Call): Promise<boolean> {
  const fresh = {
    ...call,
    status: null,
    content_type: null,
    body: null,
    created_at: sql`now()`,
  };
  const claimed = await db
    .insert(idempotencyKey)
    .values(fresh)
    .onConflictDoUpdate({
      target: [idempotencyKey.caller, idempotencyKey.key],
      set: fresh,
      setWhere: isKeptLongEnough,
    })
    .returning({ key: idempotencyKey.key });
  return claimed.length === 1;
}

/** Should it fail, the file goes on: a repetition is told of a crash then, as it was before. */
function renewWhileArriving(
  { db, clock, log }: Context,
  request: Request,
  { caller, key }: Call,
): void {
  let renewedAt = clock.now();
  whileArriving(request, async () => {
    const at = clock.now();
    // The clock may have been set back.
    if (Math.abs(at - renewedAt) < RENEWED_EVERY_MS) return;
    renewedAt = at;
    try {
      await db
        .update(idempotencyKey)
        .set({ created_at: sql`now()` })
        .where(isCall(caller, key));
    } catch (error) {
      log.warn({ err: error }, "the claim of an Idempotency-Key could not be renewed");
    }
  });
}

async function read(db: Queryable, { caller, key }: Call) {
  const [row] = await db
    .select({
      ...getTableColumns(idempotencyKey),
      isCutOff: sql<boolean>`${idempotencyKey.created_at} < now() - ${UNDER_WAY}`,
    })
    .from(idempotencyKey)
    .where(isCall(caller, key));
  return row;
}

/**
 * Whether a repetition asks for what the first call asked for. Of a file that is streamed the claim knows the kind alone; once
 * it was read to its end it is compared byte for byte, for which the repetition's has to be read too.
 */
async function isSame(
  { seals }: Context,
  request: Request,
  { status, request_hash }: { status: number | null; request_hash: string },
): Promise<boolean> {
  const isSo = () => seals.check("idempotency", textOf(request), request_hash) !== "bad";
  if (isSo()) return true;
  if (status === null || digestOf(request) !== undefined) return false;
  await digestWhole(request);
  return isSo();
}

async function settle(
  context: Context,
  { caller, key }: Call,
  request: Request,
  response: Response,
): Promise<void> {
  const { db } = context;
  const { status } = response;
  if (!isDone(status) && undone.has(request)) {
    await db.delete(idempotencyKey).where(isCall(caller, key));
    return;
  }
  const kept = isDone(status) && response.body !== null;
  await db
    .update(idempotencyKey)
    .set({
      request_hash: hashOf(context, request),
      status,
      content_type: response.headers.get("content-type"),
      body: kept ? await response.clone().text() : null,
    })
    .where(isCall(caller, key));
}

function isDone(status: number): boolean {
  return status >= 200 && status < 300;
}

function isCall(caller: string, key: string) {
  return and(eq(idempotencyKey.caller, caller), eq(idempotencyKey.key, key)) ?? sql`false`;
}

function hashOf({ seals }: Context, request: Request): string {
  return seals.proof("idempotency", textOf(request));
}

/**
 * What makes a request the one it is. Its body may hold a password, so only a keyed hash of this is kept: from the table
 * alone nobody can find out by guessing. Of a body that was not read (yet), its kind has to do.
 */
function textOf(request: Request): string {
  const { pathname, search } = new URL(request.url);
  return `${request.method} ${pathname}${search}\n${digestOf(request) ?? mediaType(request)}`;
}

function underWay(): Response {
  return problemResponse(
    problem(409, "The first call with this Idempotency-Key is still under way", {
      detail: "Ask again in a second.",
    }),
    { "retry-after": "1" },
  );
}

function cutOff(): Response {
  return problemResponse(
    problem(409, "The first call with this Idempotency-Key was cut off", {
      detail: "Look whether it was carried out; if not, repeat it with another key.",
    }),
  );
}

function erased(): Response {
  return problemResponse(
    problem(GONE, "The first call with this Idempotency-Key was answered about somebody erased", {
      detail: "It was carried out. Use a new key to carry it out again.",
    }),
    { "idempotency-replayed": "true" },
  );
}

function otherRequest(): Response {
  return problemResponse(
    problem(422, "This Idempotency-Key was used for another request", {
      detail: "Use a new key for a new request.",
      field: "Idempotency-Key",
    }),
  );
}
