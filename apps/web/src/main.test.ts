import { expect, test } from "bun:test";
import { join } from "node:path";
import { testDatabase, until } from "@mailwright/testing";

const KEY = Buffer.alloc(32, 7).toString("base64");

/** A web in a process of its own, and what it has logged so far. */
function startWeb(databaseUrl: string) {
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/main.ts`], {
    env: {
      PATH: process.env["PATH"],
      DATABASE_URL: databaseUrl,
      SERVICE_KEYS: `k1:${KEY}`,
      PORT: "0",
      ADMIN_EMAIL: "anna@example.com",
      ADMIN_PASSWORD: "correct horse",
    },
    stdout: "pipe",
    stderr: "inherit",
  });
  const web = { process: child, log: "" };
  const follow = async () => {
    for await (const chunk of child.stdout) web.log += Buffer.from(chunk).toString();
  };
  void follow();
  return web;
}

/** Where a web says it listens. */
function listening(web: ReturnType<typeof startWeb>): Promise<string> {
  return until(() => /"url":"([^"]+)".*"msg":"listening"/.exec(web.log)?.[1], {
    what: "web to listen",
    timeoutMs: 40_000,
  });
}

test("two webs start on an empty database at once, make one owner, answer, and stop when told to", async () => {
  await using database = await testDatabase({ migrated: false });
  const webs = [startWeb(database.url), startWeb(database.url)];
  try {
    const urls = await Promise.all(webs.map(listening));
    for (const url of urls)
      expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "ok" });
    const owners = await database.sql`SELECT "email", "role" FROM "auth_user"`;
    expect([...owners]).toEqual([{ email: "anna@example.com", role: "owner" }]);

    const [one = "", two = ""] = urls;
    const signIn = await fetch(`${one}/sign-in`, {
      method: "POST",
      headers: { origin: one },
      body: new URLSearchParams({ email: "anna@example.com", password: "correct horse" }),
      redirect: "manual",
    });
    expect(signIn.status).toBe(303);
    const cookie = signIn.headers.getSetCookie()[0]!.split(";")[0]!;
    const elsewhere = await fetch(`${two}/account`, { headers: { cookie } });
    expect([elsewhere.status, elsewhere.redirected]).toEqual([200, false]);

    for (const path of ["anna@example.com", "anna%40example.com"])
      await fetch(`${one}/api/v1/suppressions/${path}`, { method: "DELETE", redirect: "manual" });

    for (const web of webs) web.process.kill("SIGTERM");
    expect(await Promise.all(webs.map((web) => web.process.exited))).toEqual([0, 0]);
    expect(webs[0]?.log).toContain('"path":"/api/v1/suppressions/…"');
    for (const { log } of webs) {
      expect(log).toContain('"msg":"stopped"');
      expect(log).not.toContain("correct horse");
      expect(log).not.toMatch(/anna(@|%40)example\.com/);
    }
  } finally {
    for (const web of webs) web.process.kill("SIGKILL");
  }
}, 60_000);

/** How a web ends that cannot start, and what it said. */
async function refusal(env: Record<string, string>) {
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/main.ts`], {
    cwd: join(import.meta.dir, "../../.."),
    env: { PATH: process.env["PATH"], ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, out, err };
}

test("a web that cannot start for what an operator can mend says so without a stack", async () => {
  await using database = await testDatabase();
  const wrong = new URL(database.url);
  wrong.password = "wrong";
  expect(await refusal({ DATABASE_URL: wrong.href })).toEqual({
    code: 1,
    out: "",
    err: "The configuration has a fault:\n  SERVICE_KEYS is not set: it must be id:base64[,id:base64], each of at least 32 bytes\n",
  });
  const { code, out, err } = await refusal({ DATABASE_URL: wrong.href, SERVICE_KEYS: `k1:${KEY}` });
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(JSON.parse(out)).toMatchObject({
    level: "fatal",
    msg: "Postgres refuses the user or the password of DATABASE_URL (28P01)",
  });
});
