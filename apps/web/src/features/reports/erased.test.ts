import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, silentLog } from "@mailwright/platform";
import type { Report } from "@mailwright/protocol";
import { frozenCampaign } from "../../testing/dispatch.ts";
import { standing } from "../../testing/ledger.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { eraseContacts } from "../contacts/erasure.ts";
import { takeFacts } from "../webhooks/webhooks.ts";
import { takeReports } from "./reports.ts";

/** What a gateway says of an email whose address it quotes. */
function refusal({ id, address }: { id: string; address: string }, gateway: string): Report {
  return {
    id,
    run: 1,
    seq: 2,
    event: "REJECTED",
    state: "failed",
    at: Date.now(),
    attempt: 1,
    gateway,
    error: { code: "rejected", status: "5.1.1", detail: `550 <${address}>: no such user` },
  };
}

test("what is told of an email after its contact was erased brings no address back into the ledger", async () => {
  await using given = await frozenCampaign(2);
  const { db, context } = given;
  const emails = await db.execute<{ id: string; contact: string; address: string }>(
    sql`SELECT "id", "contact_id" AS "contact", "address" FROM "email" ORDER BY "address"`,
  );
  const [erased, other] = emails;
  await eraseContacts(db, [erased?.contact ?? ""]);
  const gateway = newId();
  await takeReports(db, silentLog, {
    reports: emails.map((email) => refusal(email, gateway)),
  });
  const facts = emails.map(({ id, address }) => ({
    email: id,
    kind: "bounced" as const,
    at: Date.now(),
    key: "k1",
    bounce: "hard" as const,
    status: "5.1.1",
    detail: `smtp; 550 ${address.toUpperCase()} is unknown`,
  }));
  await takeFacts(context, { id: gateway, kind: "mailgun", name: "Main" }, facts);
  const said = async (email: string | undefined) => {
    const rows = await db.execute<{ text: string }>(sql`
      SELECT "error_detail" AS "text" FROM "email" WHERE "id" = ${email}
      UNION ALL SELECT "error_detail" FROM "email_event" WHERE "email_id" = ${email}
      UNION ALL (SELECT "detail" ->> 'text' FROM "email_fact" WHERE "email_id" = ${email} ORDER BY "id")`);
    return rows.map(({ text }) => text);
  };
  const report = "550 <(address erased)>: no such user";
  expect(await said(erased?.id)).toEqual([
    report,
    report,
    report,
    "smtp; 550 (address erased) is unknown",
  ]);
  expect((await said(other?.id)).join()).toContain(other?.address ?? "");
});

test("what is told of an email in the very moment in which its contact is erased loses the address too", async () => {
  await using given = await frozenCampaign(1);
  const { db } = given;
  const [email] = await db.execute<{ id: string; contact: string; address: string }>(
    sql`SELECT "id", "contact_id" AS "contact", "address" FROM "email"`,
  );
  const { id = "", contact = "", address = "" } = email ?? {};
  const gateway = newId();
  let erased: Promise<number> | undefined;
  await db.transaction(async (tx) => {
    await takeReports(tx as never, silentLog, {
      reports: [refusal({ id, address }, gateway)],
    });
    erased = eraseContacts(db, [contact]);
    await lockWait(db);
  });
  expect(await erased).toBe(1);
  const said = await db.execute<{ text: string }>(sql`
    SELECT "error_detail" AS "text" FROM "email" UNION ALL SELECT "error_detail" FROM "email_event"
    UNION ALL SELECT "detail" ->> 'text' FROM "email_fact"`);
  const left = "550 <(address erased)>: no such user";
  expect(said.map(({ text }) => text)).toEqual([left, left, left]);
});

test("what the email client skips of whoever was erased was skipped for that", async () => {
  await using given = await frozenCampaign(2);
  const { db, campaign } = given;
  const emails = await db.execute<{ id: string; contact: string }>(
    sql`SELECT "id", "contact_id" AS "contact" FROM "email" ORDER BY "address"`,
  );
  await eraseContacts(db, [emails[0]?.contact ?? ""]);
  await takeReports(db, silentLog, {
    reports: emails.map(({ id }) => ({
      id,
      run: 1,
      seq: 1,
      event: "SUPPRESSED",
      state: "skipped",
      at: Date.now(),
      attempt: 0,
      gateway: newId(),
      error: { code: "suppressed" },
    })),
  });
  const codes = await db.execute(sql`
    SELECT "email"."error_code", "email_event"."error_code" AS "told" FROM "email" JOIN "email_event" ON "email_id" = "email"."id"
    ORDER BY "address"`);
  expect([...codes]).toEqual([
    { error_code: "erased", told: "erased" },
    { error_code: "suppressed", told: "suppressed" },
  ]);
  expect(await standing(db, campaign)).toMatchObject({
    state: "finished",
    counts: { skipped: 2 },
    fold: { skipped: 2 },
  });
});
