import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { FaultProxy, testDatabase, until } from "@mailwright/testing";
import { createMetrics, silentLog } from "@mailwright/platform";
import { createContext } from "../context.ts";
import { apiClient, type Answer, HTMX, signedInClient, visitor } from "../testing/client.ts";
import { TEST_KEY } from "../testing/context.ts";
import { finishWith } from "./envelope.ts";
import { buildApp } from "../app.ts";

/** A web whose way to Postgres can be broken, somebody who is signed in, and a program with a token. */
async function shakyWeb() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const proxy = stack.use(new FaultProxy(Number(new URL(database.url).port)));
  const context = stack.use(
    createContext(
      {
        databaseUrl: proxy.through(database.url),
        webUrl: "http://localhost",
        emailClientUrl: "http://127.0.0.1:1",
        port: 0,
        serviceKeys: [TEST_KEY],
        firstOwner: undefined,
        logLevel: "silent",
      },
      { log: silentLog, metrics: createMetrics("web") },
    ),
  );
  const [person, program] = [await signedInClient(context), await apiClient(context)];
  const everything = (): Record<string, Promise<Answer>> => ({
    page: person.get("/contacts"),
    "unknown page": person.get("/nowhere"),
    "first page of a stranger": visitor(context).get("/sign-in"),
    form: person.post("/contacts", { email: "a@example.com" }),
    fragment: person.get("/contacts", HTMX),
    "form by htmx": person.post("/contacts", { email: "a@example.com" }, HTMX),
    "call of the API": program.call("GET", "/api/v1/contacts"),
    "change by the API": program.call("POST", "/api/v1/contacts", { email: "a@example.com" }),
  });
  return { context, proxy, person, everything, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const KINDS: Record<string, string> = {
  page: "text/html; charset=utf-8",
  "unknown page": "text/html; charset=utf-8",
  "first page of a stranger": "text/html; charset=utf-8",
  form: "text/html; charset=utf-8",
  fragment: "text/html; charset=utf-8",
  "form by htmx": "text/html; charset=utf-8",
  "call of the API": "application/problem+json",
  "change by the API": "application/problem+json",
};

async function expectApologies(answers: Record<string, Promise<Answer>>) {
  for (const [what, pending] of Object.entries(answers)) {
    const { status, headers, text } = await pending;
    expect([what, status, headers.get("content-type"), headers.get("retry-after")]).toEqual([
      what,
      503,
      KINDS[what] ?? "",
      "5",
    ]);
    expect(text).toContain("bun mailwright doctor");
  }
}

test("while Postgres is down every page, fragment and call says so and what to do, and recovers by itself", async () => {
  await using web = await shakyWeb();
  web.proxy.set({ mode: "reset" });
  web.proxy.set({ mode: "refuse" });
  // The more connections have failed, the longer a driver likes to wait before the next: nobody is to wait with it.
  for (let round = 0; round < 6; round++) {
    const begun = performance.now();
    await expectApologies(web.everything());
    expect(performance.now() - begun).toBeLessThan(8_000);
  }
  const page = await web.person.get("/nowhere");
  expect(page.textOf("h1")).toBe("The database does not answer");
  const part = await web.person.get("/contacts", HTMX);
  expect(part.headers.get("hx-retarget")).toBe("#toasts");
  web.proxy.heal();
  await until(async () => (await web.person.get("/contacts")).status === 200);
  expect((await web.person.get("/nowhere")).status).toBe(404);
}, 60_000);

test("nobody waits longer than some seconds for a Postgres that says nothing, on connections that were open", async () => {
  await using web = await shakyWeb();
  for (const mode of ["blackhole", "half_open"] as const) {
    await Promise.all(Object.values(web.everything()));
    if (mode === "half_open") web.proxy.set({ mode: "reset" });
    web.proxy.set({ mode });
    const begun = performance.now();
    await expectApologies(web.everything());
    expect(performance.now() - begun).toBeLessThan(12_000);
    web.proxy.heal();
    await until(async () => (await web.person.get("/contacts")).status === 200);
  }
}, 90_000);

test("nobody waits longer than some seconds when every connection is taken", async () => {
  await using web = await shakyWeb();
  const sleeping = Array.from({ length: 20 }, () =>
    web.context.db.execute(sql`SELECT pg_sleep(20)`).catch(() => "ended"),
  );
  await until(async () => web.proxy.connections >= 20);
  await expectApologies(web.everything());
  web.proxy.set({ mode: "reset" });
  await Promise.all(sleeping);
}, 60_000);

test("what fails after the route has answered is told in the same way, never as bare text", async () => {
  await using web = await shakyWeb();
  const app = buildApp(web.context).get("/late", ({ request }) => {
    finishWith(request, () => Promise.reject(new Error("the answer could not be kept")));
    return "done";
  });
  const answer = await app.handle(new Request("http://localhost/late"));
  expect([answer.status, answer.headers.get("content-type")]).toEqual([
    500,
    "text/html; charset=utf-8",
  ]);
});

test("while Postgres has no room, what would be saved is refused in words, and what is there can be read", async () => {
  await using web = await shakyWeb();
  const { db } = web.context;
  // What Postgres says of a full disk, by its name.
  await db.execute(sql`
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`);
  await db.execute(
    sql`CREATE TRIGGER no_room BEFORE INSERT ON contact FOR EACH ROW EXECUTE FUNCTION no_room()`,
  );
  // Whoever comes back after a while is noted as having been here.
  await db.execute(sql`UPDATE auth_session SET updated_at = now() - interval '1 hour'`);
  for (const table of ["auth_session", "api_token"]) {
    await db.execute(
      `CREATE TRIGGER no_room BEFORE UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION no_room()`,
    );
  }
  const answers = web.everything();
  const saving = new Set(["form", "form by htmx", "change by the API"]);
  for (const [what, pending] of Object.entries(answers)) {
    const { status, headers, text } = await pending;
    if (!saving.has(what)) {
      expect([what, status]).toEqual([what, what === "unknown page" ? 404 : 200]);
      continue;
    }
    expect([what, status, headers.get("content-type"), headers.get("retry-after")]).toEqual([
      what,
      503,
      KINDS[what] ?? "",
      "30",
    ]);
    expect(text).toContain("until there is room again on the disk of Postgres");
  }
});
