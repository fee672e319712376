import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { eq, sql } from "drizzle-orm";
import { type AnyElysia, Elysia } from "elysia";
import { ManualClock, until } from "@mailwright/testing";
import type { Context } from "../context.ts";
import { createToken } from "../features/accounts/tokens.ts";
import { NoAnswerError } from "../db/away.ts";
import { idempotencyKey } from "../db/schema/calls.ts";
import { DISK_FULL } from "../db/sqlstate.ts";
import { TEST_KEY, testContext } from "../testing/context.ts";
import { api } from "./api.ts";
import { digestedBody } from "./body-digest.ts";
import { envelope } from "./envelope.ts";
import { answerError } from "./errors.tsx";
import { ConflictError, OutcomeUnknownError, RequestError } from "./faults.ts";
import { Input } from "./forms.ts";
import { forgetAnswers } from "./idempotency.ts";
import { createSeals } from "./seal.ts";

const clock = new ManualClock();
let context: Context;
let app: AnyElysia;
let token: string;
/** How often the call was carried out, and what it does while it is. */
let done: number;
let meanwhile: () => Promise<void> | void;
/** Octets of the file of a call that its route has read. */
let arrived = 0;

beforeAll(async () => {
  context = await testContext({ clock });
  ({ token } = await createToken(context.db, { name: "shop", role: "editor", createdBy: "test" }));
  app = new Elysia({ normalize: false })
    .wrap(envelope(context, (request, error) => answerError(context, () => [], request, error)))
    .onError(({ error, request }) => answerError(context, () => [], request, error))
    .use(
      new Elysia({ prefix: "/api/v1/things" })
        .use(api(context))
        .post(
          "/",
          async ({ body, status }) => {
            await meanwhile();
            done += 1;
            return status(201, { name: body.name, number: done });
          },
          { permission: "contacts:write", body: Input({ name: Type.String() }) },
        )
        .post(
          "/file",
          async ({ request, status }) => {
            for await (const piece of digestedBody(request) ?? []) arrived += piece.byteLength;
            return status(201, { arrived });
          },
          { permission: "contacts:write" },
        ),
    );
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());
beforeEach(() => {
  done = 0;
  meanwhile = () => {};
});

async function call(key: string | undefined, name = "a", bearer = token, signal?: AbortSignal) {
  const response = await app.handle(
    new Request("http://localhost/api/v1/things", {
      method: "POST",
      ...(signal && { signal }),
      headers: {
        authorization: `Bearer ${bearer}`,
        "content-type": "application/json",
        ...(key !== undefined && { "idempotency-key": key }),
      },
      body: JSON.stringify({ name }),
    }),
  );
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body, headers: response.headers };
}

test("a repeated call is carried out once and answered the same", async () => {
  const first = await call("one");
  const second = await call("one");
  expect(second.headers.get("idempotency-replayed")).toBe("true");
  expect([first.status, first.body]).toEqual([201, { name: "a", number: 1 }]);
  expect([second.status, second.body, done]).toEqual([201, first.body, 1]);
});

test("without a key, or with another one, or from another caller, a call is carried out again", async () => {
  const other = await createToken(context.db, { name: "cron", role: "editor", createdBy: "test" });
  await call(undefined);
  await call(undefined);
  await call("two");
  await call("two-b");
  await call("two", "a", other.token);
  expect(done).toBe(5);
});

test("of calls at the same time one is carried out, the others are told to ask again", async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => call("three")));
  expect(done).toBe(1);
  const statuses = all.map(({ status }) => status).toSorted();
  expect(statuses.filter((status) => status !== 409)).not.toBeEmpty();
  for (const { status, headers } of all)
    if (status === 409) expect(headers.get("retry-after")).toBe("1");
  expect((await call("three")).body).toEqual({ name: "a", number: 1 });
});

test("a key is for one request", async () => {
  await call("four");
  const other = await call("four", "b");
  expect([other.status, other.body["field"], done]).toEqual([422, "Idempotency-Key", 1]);
});

test("what is kept of a request cannot be guessed without the keys of the installation", async () => {
  await call("secret", "correct horse");
  const [row] = await context.db
    .select()
    .from(idempotencyKey)
    .where(eq(idempotencyKey.key, "secret"));
  const body = sha256(JSON.stringify({ name: "correct horse" })).digest("hex");
  const request = `POST /api/v1/things\n${body}`;
  const guesses = (["hex", "base64url"] as const).map((form) => sha256(request).digest(form));
  expect(guesses).not.toContain(row?.request_hash ?? "");
  expect(row?.request_hash).toBe(context.seals.proof("idempotency", request));
  expect(createSeals([key("another")]).proof("idempotency", request)).not.toBe(row?.request_hash);
});

test("a repeated call is known again after the keys of the installation were rotated", async () => {
  await call("rotated");
  const before = context.seals;
  try {
    context.seals = createSeals([key("newer"), TEST_KEY]);
    const second = await call("rotated");
    expect([second.status, second.headers.get("idempotency-replayed"), done]).toEqual([
      201,
      "true",
      1,
    ]);
    expect((await call("rotated", "b")).status).toBe(422);
  } finally {
    context.seals = before;
  }
});

function sha256(text: string) {
  return new Bun.CryptoHasher("sha256").update(text);
}

function key(id: string) {
  return { id, bytes: new Uint8Array(32).fill(40 + id.length) };
}

test("what is known to have come to nothing may be tried again with the same key", async () => {
  meanwhile = () => {
    throw new ConflictError("Not now.");
  };
  expect((await call("five")).status).toBe(409);
  meanwhile = () => {
    throw new RequestError(503, "Somebody else does not answer.");
  };
  expect((await call("five")).status).toBe(503);
  meanwhile = () => {};
  expect((await call("five")).status).toBe(201);
});

test("what may have been carried out before it failed is not carried out again with the same key", async () => {
  const failures = {
    bug: new Error("a bug"),
    unknown: new OutcomeUnknownError("Nobody can say."),
    away: new NoAnswerError("the database went away"),
    full: Object.assign(new Error("no room"), { code: DISK_FULL }),
  };
  for (const [key, failure] of Object.entries(failures)) {
    meanwhile = () => {
      done += 1;
      throw failure;
    };
    expect((await call(key)).status).toBeGreaterThanOrEqual(500);
    const again = await call(key);
    expect([again.status, again.headers.get("retry-after"), again.body["title"], done]).toEqual([
      409,
      null,
      "The first call with this Idempotency-Key was cut off",
      1,
    ]);
    expect((await call(key, "b")).status).toBe(422);
    done = 0;
  }
});

test("of a caller who went away the key is given back only when the body did not come to its end", async () => {
  const statuses: number[] = [];
  for (const failure of [new DOMException("closed", "AbortError"), new Error("a bug")]) {
    const gone = new AbortController();
    meanwhile = () => {
      gone.abort();
      throw failure;
    };
    statuses.push((await call(failure.name, "a", token, gone.signal)).status);
    meanwhile = () => {};
    statuses.push((await call(failure.name)).status);
  }
  expect(statuses).toEqual([400, 201, 400, 409]);
});

test("a call that a crash cut off is never carried out a second time", async () => {
  const hang = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  meanwhile = () => {
    reached.resolve();
    return hang.promise;
  };
  const first = call("six");
  await reached.promise;
  await agedBy(1);
  meanwhile = () => {};
  const second = await call("six");
  expect([second.status, second.headers.get("retry-after"), done]).toEqual([409, null, 0]);
  expect(second.body["title"]).toBe("The first call with this Idempotency-Key was cut off");
  hang.resolve();
  await first;
});

test("a file is under way for as long as it arrives, and cut off when nothing of it comes any more", async () => {
  const pieces = new TransformStream<Uint8Array, Uint8Array>();
  const writer = pieces.writable.getWriter();
  const repeated = async () => (await sendFile("email")).headers.get("retry-after");
  const first = sendFile(pieces.readable);
  for (let minute = 1; minute <= 8; minute++) {
    await writer.write(new Uint8Array(10));
    await until(() => arrived === 10 * minute);
    await clock.advance(60_000);
    await agedBy(1 / 60);
  }
  expect(await repeated()).toBe("1");
  await agedBy(5 / 60);
  expect(await repeated()).toBe(null);
  await writer.close();
  expect((await first).status).toBe(201);
});

function sendFile(body: string | ReadableStream<Uint8Array>) {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "text/csv",
    "idempotency-key": "file",
  };
  const file = { method: "POST", headers, body };
  return app.handle(new Request("http://localhost/api/v1/things/file", file));
}

test("after a day a key is forgotten", async () => {
  await call("seven");
  await agedBy(25);
  expect((await call("seven")).body).toEqual({ name: "a", number: 2 });
  await agedBy(25);
  expect(await forgetAnswers(context.db)).toBeGreaterThan(0);
});

test("a web whose clock is days ahead neither carries out a call again nor takes one under way for cut off", async () => {
  const hang = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  meanwhile = () => {
    reached.resolve();
    return hang.promise;
  };
  const first = call("ahead");
  await reached.promise;
  meanwhile = () => {};
  await clock.advance(48 * 3_600_000);
  const second = await call("ahead");
  expect([second.status, second.headers.get("retry-after"), done]).toEqual([409, "1", 0]);
  hang.resolve();
  const { body } = await first;
  expect([(await call("ahead")).body, done]).toEqual([body, 1]);
});

/** Makes every key so many hours older. */
async function agedBy(hours: number): Promise<void> {
  await context.db.update(idempotencyKey).set({
    created_at: sql`${idempotencyKey.created_at} - make_interval(secs => ${hours * 3_600})`,
  });
}

test("a key that could not stand in a header is refused", async () => {
  expect((await call("ä")).status).toBe(400);
  expect((await call("x".repeat(201))).status).toBe(400);
});
