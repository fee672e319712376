import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { ManualClock } from "@mailwright/testing";
import type { Context } from "../../context.ts";
import { testContext } from "../../testing/context.ts";
import { createToken, listTokens, readToken, recogniseToken, revokeToken } from "./tokens.ts";

const clock = new ManualClock();
let context: Context;

beforeAll(async () => {
  context = await testContext({ clock });
}, 30_000);
afterAll(() => context[Symbol.asyncDispose]());

const SHOP = { name: "shop", role: "editor", createdBy: "anna@example.com" } as const;

test("a token is recognised by its secret, of which only a hash is kept", async () => {
  const { id, token } = await createToken(context.db, SHOP);
  expect(token).toMatch(/^mw_[0-9a-f]{12}_[0-9a-f]{64}$/);
  expect(await recogniseToken(context, token)).toEqual({
    kind: "token",
    id,
    name: "shop",
    role: "editor",
  });
  const secret = token.split("_")[2]!;
  const kept = await context.db.execute(sql`SELECT * FROM "api_token"`);
  expect(JSON.stringify(kept)).not.toContain(secret);
  expect(JSON.stringify(await listTokens(context.db, { limit: 50 }))).not.toContain("secret_hash");
});

test("a token with another secret, another form or of a revoked id is a stranger's", async () => {
  const { id, token } = await createToken(context.db, SHOP);
  const other = await createToken(context.db, SHOP);
  const mixed = `mw_${id}_${other.token.split("_")[2]}`;
  for (const given of [mixed, `${token}0`, token.toUpperCase(), "", "mw__", `mw_${id}_`])
    expect(await recogniseToken(context, given)).toBeUndefined();
  expect(await revokeToken(context.db, id)).toBe(true);
  expect(await revokeToken(context.db, id)).toBe(false);
  expect(await recogniseToken(context, token)).toBeUndefined();
});

test("a token runs out when it was said to", async () => {
  const expiresAt = new Date(clock.now() + 10_000);
  const { token } = await createToken(context.db, { ...SHOP, expiresAt });
  await clock.advance(9_999);
  expect(await recogniseToken(context, token)).toBeDefined();
  await clock.advance(1);
  expect(await recogniseToken(context, token)).toBeUndefined();
});

test("the last use is written once a minute at most", async () => {
  const { id, token } = await createToken(context.db, SHOP);
  const used = async () => {
    await recogniseToken(context, token);
    return (await readToken(context.db, id))?.last_used_at?.getTime();
  };
  const first = clock.now();
  expect(await used()).toBe(first);
  await clock.advance(59_000);
  expect(await used()).toBe(first);
  await clock.advance(2_000);
  expect(await used()).toBe(first + 61_000);
});
