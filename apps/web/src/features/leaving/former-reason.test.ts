import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { readSuppression, suppress } from "../suppressions/suppressions.ts";
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
