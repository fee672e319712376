import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId, silentLog } from "@mailwright/platform";
import type { Database } from "../../db/open.ts";
import { frozenCampaign } from "../../testing/dispatch.ts";
import { gaps, standing } from "../../testing/ledger.ts";
import { requeueEmails } from "../campaigns/requeue-queries.ts";
import { cancelCampaign } from "../campaigns/steering.ts";
import { takeReports } from "./reports.ts";

const gateway = newId();

/** The reports of an email's first run. */
function story(id: string, steps: readonly string[]): object[] {
  return steps.map((step, index) => {
    const [event, state] = step.split(" ");
    return { id, run: 1, seq: index + 1, event, state, at: Date.now(), attempt: 1, gateway };
  });
}

/** What a journal that is given back with the email says: it may have been attempted, and nobody can tell. */
const GIVEN_BACK = ["START sending", "INTERRUPTED resolving", "UNRESOLVED uncertain"];
/** What it had come to before that was lost; a reporter that was frozen may still have it in hand. */
const UNDER_WAY = [
  "START sending",
  "UNAVAILABLE retrying",
  "DUE sending",
  "UNAVAILABLE retrying",
  "DUE sending",
];
const SENT = [...UNDER_WAY, "ACCEPTED sent"];

const take = (db: Database, ...reports: object[]) => takeReports(db, silentLog, { reports });

async function twoEmails() {
  const given = await frozenCampaign(2);
  const rows = await given.db.execute<{ id: string }>(sql`SELECT "id" FROM "email" ORDER BY "id"`);
  return { ...given, ids: rows.map(({ id }) => id) as [string, string] };
}

test("what is in doubt is not opened again by what was under way before, and a cancelled campaign refuses no report for it", async () => {
  await using given = await twoEmails();
  const { db, campaign, ids } = given;
  const [doubted, other] = ids;
  await cancelCampaign(db, campaign, "test");
  await take(db, ...story(doubted, GIVEN_BACK), ...story(other, ["CANCEL cancelled"]));
  const settled = { state: "cancelled", counts: { uncertain: 1, cancelled: 1 } };
  expect(await standing(db, campaign)).toMatchObject(settled);
  await take(db, ...story(doubted, UNDER_WAY));
  expect(await standing(db, campaign)).toMatchObject(settled);
  expect(await gaps(db, campaign)).toEqual([]);
  await take(db, ...story(doubted, SENT));
  expect(await standing(db, campaign)).toMatchObject({ counts: { sent: 1, cancelled: 1 } });
  expect(await gaps(db, campaign)).toEqual([]);
});

test("a run that ended before a requeue stays as it ended, too", async () => {
  await using given = await twoEmails();
  const { db, campaign, ids } = given;
  const [failed, doubted] = ids;
  const rejected = ["START sending", "REJECTED failed"];
  await take(db, ...story(failed, rejected), ...story(doubted, GIVEN_BACK));
  const states = ["failed", "uncertain"] as const;
  await requeueEmails(db, campaign, { states, emails: "all", after: undefined, most: 10 });
  await take(db, ...story(failed, GIVEN_BACK), ...story(doubted, SENT));
  const former = await db.execute(sql`
    SELECT "email_id" AS "id", array_agg("event" || ' ' || "state" ORDER BY "seq") AS "steps" FROM "email_event"
    WHERE "run" = 1 GROUP BY 1 ORDER BY "email_id" = ${doubted}`);
  expect([...former]).toEqual([
    { id: failed, steps: rejected },
    { id: doubted, steps: GIVEN_BACK },
  ]);
});
