import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { addEntries, readSuppression, suppress } from "../suppressions/suppressions.ts";
import { comeBack, leaveAll } from "./leaving.ts";

/** A contact who was sent two emails, each by a campaign of its own, to `p1@example.com`. */
async function setUp() {
  const fixture = await campaignFixture(1);
  const { context } = fixture;
  const send = async () => {
    const { sent } = await launchedWith(fixture, await fixture.draft(), "finished", { sent: 1 });
    return sent[0] as string;
  };
  return {
    context,
    emails: [await send(), await send()] as const,
    why: async (address: string) => {
      const found = await readSuppression(context.db, address);
      return found && [found.reason, found.origin];
    },
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}

test("what suppressed an address before its owner unsubscribed comes back, by whichever email they undo that", async () => {
  await using given = await setUp();
  const { context, emails, why } = given;
  await suppress(context.db, ["p1@example.com"], { reason: "bounced", origin: "Gateway" });
  await leaveAll(context, emails[0], "one-click");
  expect(await why("p1@example.com")).toEqual(["unsubscribed", "Unsubscribed from “Spring sale”"]);
  await comeBack(context, emails[1]);
  expect(await why("p1@example.com")).toEqual(["bounced", "Gateway"]);
});

test("each of their addresses has back what suppressed it, and another nothing", async () => {
  await using given = await setUp();
  const { context, emails, why } = given;
  await suppress(context.db, ["p1@example.com"], { reason: "manual", origin: "Anna" });
  await context.db.execute(
    sql`UPDATE "contact" SET "email" = 'new@example.com', "canonical_email" = 'new@example.com'`,
  );
  await leaveAll(context, emails[0], "page");
  await comeBack(context, emails[0]);
  expect(await why("p1@example.com")).toEqual(["manual", "Anna"]);
  expect(await why("new@example.com")).toBeUndefined();
});

test("what suppresses an address after its owner unsubscribed stays when they undo that", async () => {
  await using given = await setUp();
  const { context, emails, why } = given;
  await leaveAll(context, emails[0], "page");
  const origin = "Unsubscribed from “Spring sale”";
  for (const reason of ["manual", "bounced", "manual"] as const) {
    expect(await suppress(context.db, ["p1@example.com"], { reason, origin: reason })).toEqual({
      added: 0,
      already: 1,
    });
    expect(await why("p1@example.com")).toEqual(["unsubscribed", origin]);
  }
  await comeBack(context, emails[1]);
  expect(await why("p1@example.com")).toEqual(["bounced", "bounced"]);
});

test("so does what an import brings, which counts it as no change", async () => {
  await using given = await setUp();
  const { context, emails, why } = given;
  await leaveAll(context, emails[0], "page");
  const entry = { canonical: "p1@example.com", origin: "A file", since: undefined };
  for (const reason of ["bounced", "manual"] as const)
    expect(await addEntries(context.db, [{ ...entry, reason }])).toEqual({ added: 0, changed: 0 });
  const earlier = { ...entry, reason: "manual", since: "2026-01-01T00:00:00.000000Z" } as const;
  expect(await addEntries(context.db, [earlier])).toEqual({ added: 0, changed: 1 });
  await comeBack(context, emails[0]);
  expect(await why("p1@example.com")).toEqual(["bounced", "A file"]);
});

test("a bounce that comes while its owner undoes unsubscribing stays", async () => {
  await using given = await setUp();
  const { context, emails, why } = given;
  await leaveAll(context, emails[0], "page");
  let undone: Promise<unknown> = Promise.resolve();
  await context.db.transaction(async (tx) => {
    await suppress(tx, ["p1@example.com"], { reason: "bounced", origin: "Gateway" });
    undone = comeBack(context, emails[0]);
    // For the bounce.
    await lockWait(context.db);
  });
  await undone;
  expect(await why("p1@example.com")).toEqual(["bounced", "Gateway"]);
});
