import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { apiClient, signedInClient } from "../../testing/client.ts";
import { GATEWAY, gatewaysFixture } from "./fixtures/gateways.ts";

test("weakness 16: no secret comes into the log, the database or a page", async () => {
  await using fixture = await gatewaysFixture();
  const admin = await signedInClient(fixture.context, "admin");
  const { call } = await apiClient(fixture.context, "admin");
  const secret = "correct-horse-battery-staple";
  const fields = { name: "Mail", url: "https://mail.example.com", password: secret };
  const answers = [
    await admin.post("/settings/gateways", { kind: "http", ...fields }),
    await admin.post(`/settings/gateways/${GATEWAY.id}`, { ...fields, url: "" }),
    await call("PATCH", `/api/v1/gateways/${GATEWAY.id}`, { password: secret, url: 5 }),
    await call("PATCH", `/api/v1/gateways/${GATEWAY.id}`, { password: secret }),
    await call("POST", "/api/v1/gateways", { kind: "http", ...fields }, { "idempotency-key": "k" }),
  ];
  expect(fixture.client.calls.some(({ body }) => JSON.stringify(body ?? "").includes(secret))).toBe(
    true,
  );
  expect(answers.filter(({ text }) => text.includes(secret))).toEqual([]);
  expect(fixture.logged.length).toBeGreaterThan(4);
  expect(fixture.logged.filter((line) => line.includes(secret))).toEqual([]);
  const tables = await fixture.context.db.execute<{ name: string }>(
    sql`SELECT quote_ident(relname) AS "name" FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  for (const { name } of tables) {
    const found = await fixture.context.db.execute(
      sql`SELECT 1 FROM ${sql.raw(name)} AS "row" WHERE "row"::text LIKE ${`%${secret}%`}`,
    );
    expect([name, found.length]).toEqual([name, 0]);
  }
});
