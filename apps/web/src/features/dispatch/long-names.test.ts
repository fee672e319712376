import { expect, test } from "bun:test";
import { parseBatch } from "@mailwright/protocol";
import { sql } from "drizzle-orm";
import { frozenCampaign } from "../../testing/dispatch.ts";
import { handOverNext } from "./handover.ts";

test("somebody with the longest of names keeps no batch back that they are in", async () => {
  await using given = await frozenCampaign(2);
  const { db, context, standIn } = given;
  // The longest that an import takes for each. The cut falls into the middle of a letter.
  const [first, last] = ["F".repeat(200), "𝔏".repeat(100)];
  await db.execute(
    sql`UPDATE "contact" SET "first_name" = ${first}, "last_name" = ${last} WHERE "email" = 'p1@example.com'`,
  );
  expect((await handOverNext(context)).kind).toBe("handed");
  const [batch] = standIn.batches;
  expect(parseBatch(batch)).toMatchObject({ ok: true });
  const long = batch?.recipients.find(({ email }) => email === "p1@example.com");
  expect(long?.name).toStartWith(`${first} 𝔏`);
  expect(long?.name.isWellFormed()).toBe(true);
  expect(long?.variables).toMatchObject({ first_name: first, last_name: last });
});
