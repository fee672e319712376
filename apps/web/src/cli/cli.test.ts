import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, silentLog } from "@mailwright/platform";
import { createContext, type Context } from "../context.ts";
import { recogniseToken } from "../features/accounts/tokens.ts";
import { freezeLaunched } from "../features/dispatch/freeze.ts";
import { settingsWith } from "../testing/campaigns.ts";
import { emailClientStandIn } from "../testing/email-client-stand-in.ts";
import { launchingCampaign, ledgerFixture } from "../testing/ledger.ts";
import { givenTo } from "../testing/command-line.ts";
import type { Command } from "./command.ts";
import { doctor } from "./doctor.ts";
import { rekey } from "./rekey.ts";
import { replay } from "./replay.ts";
import { token } from "./token.ts";

async function shell() {
  const stack = new AsyncDisposableStack();
  const ledger = stack.use(await ledgerFixture(3));
  const standIn = stack.use(emailClientStandIn());
  const context: Context = stack.use(
    createContext(
      {
        databaseUrl: ledger.url,
        webUrl: "http://localhost:5050",
        emailClientUrl: "http://127.0.0.1:1",
        port: 0,
        serviceKeys: [{ id: "k1", bytes: new Uint8Array(32).fill(7) }],
        firstOwner: undefined,
        logLevel: "silent",
      },
      { log: silentLog, emailClient: standIn.client },
    ),
  );
  const run = async (command: Command, ...args: string[]) => {
    const lines: string[] = [];
    const code = await command.run(givenTo(command, args), {
      context,
      print: (line) => lines.push(line),
    });
    return { code, lines };
  };
  return { ledger, standIn, context, run, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("token create prints a token that is recognised, and nothing else", async () => {
  await using at = await shell();
  const { code, lines } = await at.run(token, "create", "--name", "CI", "--role", "editor");
  expect([code, lines.length]).toEqual([0, 1]);
  expect(await recogniseToken(at.context, lines[0]!)).toMatchObject({
    name: "CI",
    role: "editor",
  });
});

test("token create says what it lacks", async () => {
  await using at = await shell();
  await expect(at.run(token, "create", "--role", "editor")).rejects.toThrow(
    "--name: Fill in the name.",
  );
  await expect(at.run(token, "create", "--name", "CI", "--role", "boss")).rejects.toThrow(
    "--role: Choose one of: owner | admin | editor | viewer.",
  );
  const both = await at.run(token, "create", "--name", " ").catch((error: Error) => error.message);
  expect(both).toContain("--name: ");
  expect(both).toContain("--role: ");
});

test("token create takes the names that the page takes, and lets a token expire in a day to ten years", async () => {
  await using at = await shell();
  const create = (...options: string[]) => at.run(token, "create", "--role", "viewer", ...options);
  await expect(create("--name", "x".repeat(101))).rejects.toThrow("at most 100 characters");
  await expect(create("--name", "one\ntwo")).rejects.toThrow("--name: Keep it on one line.");
  for (const days of ["soon", "", "0", "-1", "1.5", "3651", "1e9"])
    await expect(create("--name", "CI", `--expires-days=${days}`)).rejects.toThrow(
      "--expires-days: ",
    );
  const { lines } = await create("--name", " CI ", "--expires-days", "3650");
  const made = await recogniseToken(at.context, lines[0]!);
  expect(made).toMatchObject({ name: "CI", role: "viewer" });
});

test("replay finds an email and a count that their history does not bear out", async () => {
  await using at = await shell();
  const { ledger, context } = at;
  const campaign = await launchingCampaign(ledger);
  await freezeLaunched({ ...context, emailClient: at.standIn.client });
  expect(await at.run(replay, campaign)).toEqual({
    code: 0,
    lines: ["The history of 3 emails, folded anew, is what the ledger says."],
  });
  const [email] = await ledger.db.execute<{ id: string }>(sql`
    UPDATE "email" SET "state" = 'sent' WHERE "id" = (SELECT "id" FROM "email" LIMIT 1) RETURNING "id"
  `);
  expect(await at.run(replay)).toEqual({
    code: 1,
    lines: [
      `email ${email?.id}: the ledger says sent at 0, the history queued at 0 of 0`,
      `campaign ${campaign}: the ledger says queued 3, the history queued 2`,
      `campaign ${campaign}: the ledger says sent 0, the history sent 1`,
      "3 differences in 3 emails.",
    ],
  });
});

test("replay of a campaign that is not there is no proof of anything", async () => {
  await using at = await shell();
  await expect(at.run(replay, newId())).rejects.toThrow("There is no campaign with this id.");
});

test("doctor names each thing that is not well and what to do about it", async () => {
  await using at = await shell();
  const counts = {
    name: "email",
    initial: "queued",
    nodes: [],
    edges: [],
    counts: {},
    emails: 4,
    outbox: 2,
  };
  at.standIn.answerNext("GET /v1/machine", { status: 200, body: counts });
  const { code, lines } = await at.run(doctor);
  expect(code).toBe(1);
  expect(lines).toContain("ok    email client: answers; 4 emails under way, 2 reports waiting");
  expect(lines).toContain("FAIL  gateways: none is set up: add one in Settings, Gateways");
  expect(lines).toContain("FAIL  sender: no From address is set: Settings, Sender");
  expect(lines).toContain(
    "ok    links in emails: WEB_URL is http://localhost:5050, which will do while no real gateway is set up",
  );
  at.standIn.answerNext("GET /v1/machine", { status: 401 });
  expect((await at.run(doctor)).lines.join("\n")).toContain("SERVICE_KEYS must be the same");
  at.standIn.answerAlways(
    "GET /v1/settings",
    settingsWith(newId(), "https://mail.example.com/email"),
  );
  expect((await at.run(doctor)).lines).toContain(
    "FAIL  links in emails: WEB_URL is http://localhost:5050, so campaigns through “Main gateway” are not launched: set it to the https address at which recipients reach web",
  );
});

test("doctor tells an email client without its Redis from one that does not run", async () => {
  using withoutRedis = Bun.serve({
    port: 0,
    fetch: () => Response.json({ status: "unavailable", failing: ["redis"] }, { status: 503 }),
  });
  await using at = await shell();
  const told = async () => {
    at.standIn.answerNext("GET /v1/machine", { status: 503 });
    return (await at.run(doctor)).lines.find((line) => line.includes("email client"));
  };
  expect(await told()).toMatch(/^FAIL {2}email client: does not answer at EMAIL_CLIENT_URL/);
  at.context.config.emailClientUrl = withoutRedis.url.origin;
  expect(await told()).toBe(
    "FAIL  email client: cannot use its Redis, and its log says why: look at REDIS_URL and at the disk of that Redis",
  );
});

test("doctor does not wait for an email client that takes calls and never answers", async () => {
  using frozen = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) });
  await using at = await shell();
  at.context.config.emailClientUrl = frozen.url.origin;
  at.standIn.answerNext("GET /v1/machine", { status: 503 });
  expect((await at.run(doctor)).lines.join("\n")).toContain(
    "FAIL  email client: does not answer at EMAIL_CLIENT_URL",
  );
}, 20_000);

test("doctor says what is wrong with the Redis of the email client, and which migrations are missing", async () => {
  await using at = await shell();
  const machine = { name: "email", initial: "queued", nodes: [], edges: [], counts: {} };
  at.standIn.answerAlways("GET /v1/machine", { ...machine, emails: 0, outbox: 0 });
  const fault = "Redis runs without its append-only file";
  at.standIn.answerNext("GET /v1/redis", { status: 200, body: { faults: [fault] } });
  const { lines } = await at.run(doctor);
  expect(lines).toContain(`FAIL  Redis: ${fault}`);
  expect(lines).toContain("ok    migrations: all are applied");
  at.standIn.answerNext("GET /v1/redis", { status: 200, body: { faults: [] } });
  await at.context.db.execute(sql`
    DELETE FROM "drizzle"."__drizzle_migrations"
    WHERE "created_at" = (SELECT max("created_at") FROM "drizzle"."__drizzle_migrations")
  `);
  const later = (await at.run(doctor)).lines;
  expect(later).toContain("ok    Redis: keeps what it acknowledges");
  expect(later).toContain("FAIL  migrations: 1 is missing: run `bun mailwright migrate`");
});

test("doctor has every gateway checked that could be sent through, and says what is in the way", async () => {
  await using at = await shell();
  const id = newId();
  const [main] = settingsWith(id).gateways;
  const gateway = { ...main, name: "Relay", kind: "smtp", settings: {} };
  const others = [
    { ...gateway, id: newId(), name: "Both", kind: "route" },
    { ...gateway, id: newId(), name: "Later", complete: false },
  ];
  const machine = { name: "email", initial: "queued", nodes: [], edges: [], counts: {} };
  at.standIn.answerAlways("GET /v1/machine", { ...machine, emails: 0, outbox: 0 });
  at.standIn.answerAlways("GET /v1/settings", { gateways: [gateway, ...others], kinds: [] });
  const checks = `POST /v1/gateways/${id}/check`;
  const detail = "Not connected: 10.0.0.5 has no public address.";
  at.standIn.answerNext(checks, { status: 200, body: { outcome: "unavailable", detail } });
  const { lines } = await at.run(doctor);
  expect(lines).toContain("ok    gateways: 2 of 3 ready");
  expect(lines.filter((line) => line.includes("gateway “"))).toEqual([
    `FAIL  gateway “Relay”: ${detail}`,
  ]);
  at.standIn.answerNext(checks, {
    status: 200,
    body: { outcome: "ready", detail: "It is there." },
  });
  expect((await at.run(doctor)).lines).toContain("ok    gateway “Relay”: It is there.");
  expect((await at.run(doctor)).lines).toContain(
    "FAIL  gateway “Relay”: the email client cannot open it, and its log says why",
  );
});

test("rekey says how many gateways were wrapped anew, and which could not be", async () => {
  await using at = await shell();
  at.standIn.answerNext("POST /v1/settings/rewrap", {
    status: 200,
    body: { rewrapped: 2, unopened: ["Old one"] },
  });
  expect(await at.run(rekey)).toEqual({
    code: 1,
    lines: [
      "2 gateways are wrapped with the first of CREDENTIALS_KEYS.",
      "Not “Old one”: no configured key opens it. Enter its secrets again, or bring back the key it was saved with.",
      "No gateway needs the other keys any more; bounces of what was sent before do.",
    ],
  });
  at.standIn.answerNext("POST /v1/settings/rewrap", {
    status: 200,
    body: { rewrapped: 1, unopened: [] },
  });
  expect((await at.run(rekey)).lines[0]).toBe(
    "1 gateway is wrapped with the first of CREDENTIALS_KEYS.",
  );
});

test("rekey that opened nothing gives no other key up", async () => {
  await using at = await shell();
  at.standIn.answerNext("POST /v1/settings/rewrap", {
    status: 200,
    body: { rewrapped: 0, unopened: ["Old one"] },
  });
  expect((await at.run(rekey)).lines.join("\n")).not.toContain("other keys");
});
