import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { newId } from "@mailwright/platform";
import { type CampaignFixture, campaignFixture, launchedWith } from "../../testing/campaigns.ts";
import { visitor } from "../../testing/client.ts";
import { lockWait } from "../../testing/lock-waits.ts";
import { eraseContacts } from "../contacts/erasure.ts";
import { countFacts, factsOf } from "../emails/facts.ts";
import { comeBack, leaveAll, MOST_TIMES_BACK } from "./leaving.ts";
import { readSuppression, suppress } from "../suppressions/suppressions.ts";
import { takeLeavingTurn } from "./queries.ts";

let fixture: CampaignFixture;
/** Of the email to `p1@example.com`. */
let campaign: string;
let email: string;
let contact: string;
let path: string;

beforeAll(async () => {
  fixture = await campaignFixture(2);
  await fixture.context.db.execute(sql`UPDATE "setting" SET "organisation" = 'Harbour Books'`);
}, 30_000);
afterAll(() => fixture[Symbol.asyncDispose]());

beforeEach(async () => {
  const { db, links } = fixture.context;
  await db.execute(sql`DELETE FROM "suppression"`);
  await db.execute(sql`DELETE FROM "email"`);
  await db.execute(
    sql`INSERT INTO "segment_contact" SELECT ${fixture.segment}::uuid, "id" FROM "contact" ON CONFLICT DO NOTHING`,
  );
  campaign = await fixture.draft(`Spring <${newId()}>`);
  const { sent } = await launchedWith(fixture, campaign, "finished", { sent: 1 });
  email = sent[0] as string;
  const [row] = await db.execute<{ contact_id: string }>(
    sql`UPDATE "email" SET "address" = 'p1@example.com' WHERE "id" = ${email} RETURNING "contact_id"`,
  );
  contact = row?.contact_id ?? "";
  await db.execute(
    sql`UPDATE "contact" SET "email" = 'p1@example.com', "canonical_email" = 'p1@example.com' WHERE "id" = ${contact}`,
  );
  path = new URL((await links.toLeave())(email)).pathname;
});

const reasonOf = async (address = "p1@example.com") =>
  (await readSuppression(fixture.context.db, address))?.reason;

const kinds = async () => (await factsOf(fixture.context.db, email)).map(({ kind }) => kind);

/** A mailbox that unsubscribes with one click: no cookies, no origin, and nothing that a browser would send. */
function oneClick(
  to = path,
  body: URLSearchParams | FormData = new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
) {
  return visitor(fixture.context).send(to, { method: "POST", body });
}

/** The page's form with this button, posted as a browser without scripts does. */
async function press(button: string, more: Record<string, string> = {}) {
  const person = visitor(fixture.context);
  const page = await person.get(path);
  const buttons = page.find("main form button").map(({ text }) => text);
  expect(buttons).toContain(button);
  const index = buttons.indexOf(button);
  const leave = page.find('main form input[name="leave"]')[index]?.attributes["value"] ?? "";
  return person.post(path, { leave, ...more });
}

/** What the page says has become of their wish. */
async function told(): Promise<string[]> {
  const page = await visitor(fixture.context).get(path);
  return page.find(".callout-title").map(({ text }) => text);
}

async function isMember(): Promise<boolean> {
  const rows = await fixture.context.db.execute(
    sql`SELECT 1 FROM "segment_contact" WHERE "segment_id" = ${fixture.segment} AND "contact_id" = ${contact}`,
  );
  return rows.length === 1;
}

describe("the page", () => {
  test("says who, by whom and what there is to leave, without sign-in, and changes nothing however it is looked at", async () => {
    const page = await visitor(fixture.context).get(path);
    expect(page.status).toBe(200);
    expect(page.textOf("#leaving strong")).toBe("p…@example.com");
    expect(page.text).not.toContain("p1@example.com");
    expect(page.textOf(".auth-host")).toBe("Harbour Books");
    expect(page.text).not.toContain("Mailwright");
    // A campaign's name is for those who send it.
    expect(page.text).not.toContain("Spring");
    expect(page.find("#leaving .check").map(({ text }) => text)).toEqual(["Everybody"]);
    for (const method of ["GET", "HEAD", "OPTIONS"])
      await visitor(fixture.context).send(path, { method, headers: { purpose: "prefetch" } });
    expect([await reasonOf(), await kinds(), await isMember()]).toEqual([undefined, [], true]);
  });

  test("is the same plain answer for a token that was made up and for an email that is gone", async () => {
    const answers = [];
    const made = `/u/${"A".repeat(43)}`;
    await eraseContacts(fixture.context.db, [contact]);
    for (const to of [made, path]) {
      const page = await visitor(fixture.context).get(to);
      const post = await oneClick(to);
      answers.push([page.status, page.textOf("main"), post.status, post.textOf("main")]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.slice(0, 1)).toEqual([404]);
    await fixture.context.db.execute(
      sql`INSERT INTO "contact" ("email", "canonical_email") VALUES ('p3@example.com', 'p3@example.com')`,
    );
  });

  test("of a preview and of a test message says what it is, and leaves nobody", async () => {
    expect((await visitor(fixture.context).get("/u/example")).text).toContain(
      "a preview or of a test",
    );
    // A mailbox may press the button of a test: that changes nothing, and is no error.
    expect((await oneClick("/u/example")).status).toBe(200);
    const [suppressed] = await fixture.context.db.execute(sql`SELECT FROM "suppression" LIMIT 1`);
    expect(suppressed).toBeUndefined();
  });
});

describe("one click in the mailbox", () => {
  test.each(["a form", "a form of parts"])(
    "unsubscribes by %s, with no redirect and no cookie, and is attributed to the campaign",
    async (kind) => {
      const body = kind === "a form" ? new URLSearchParams() : new FormData();
      body.append("List-Unsubscribe", "One-Click");
      const answer = await oneClick(path, body);
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
      const found = await readSuppression(fixture.context.db, "p1@example.com");
      expect(found?.reason).toBe("unsubscribed");
      expect(found?.origin).toStartWith("Unsubscribed from “Spring <");
      const [fact] = await factsOf(fixture.context.db, email);
      expect(fact).toMatchObject({
        kind: "unsubscribed",
        source: "one-click",
        campaign_id: campaign,
      });
    },
  );

  test("done many times at once is done once", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => oneClick()));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(await kinds()).toEqual(["unsubscribed"]);
    expect(await countFacts(fixture.context.db, campaign)).toEqual({ unsubscribed: 1 });
  });

  test("is nothing else: a post without a wish changes nothing, nor does one that is too large", async () => {
    expect((await oneClick(path, new URLSearchParams({ a: "b" }))).status).toBe(422);
    expect((await oneClick(path, new URLSearchParams({ a: "b".repeat(70_000) }))).status).toBe(413);
    expect((await visitor(fixture.context).send(path, { method: "POST", body: "{}" })).status).toBe(
      415,
    );
    expect([await reasonOf(), await kinds()]).toEqual([undefined, []]);
  });
});

describe("a person on the page", () => {
  test("unsubscribes from everything, and can undo it", async () => {
    const answer = await press("Unsubscribe from everything");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, path]);
    expect(await reasonOf()).toBe("unsubscribed");
    await press("Undo, and stay subscribed");
    expect([await reasonOf(), await kinds()]).toEqual([
      undefined,
      ["unsubscribed", "resubscribed"],
    ]);
    expect(await told()).toEqual(["You are subscribed again"]);
    await press("Unsubscribe from everything");
    expect(await told()).toEqual(["You are unsubscribed"]);
  });

  test("leaves a list and stays subscribed, and can undo it", async () => {
    await press("Leave the chosen lists", { segment_id: fixture.segment });
    expect([await isMember(), await reasonOf()]).toEqual([false, undefined]);
    await press("Undo");
    expect([await isMember(), await kinds()]).toEqual([true, ["left segments", "resubscribed"]]);
    expect(await told()).toEqual(["You are subscribed again"]);
  });

  test("who chose no list is told so", async () => {
    const answer = await press("Leave the chosen lists");
    expect([answer.status, await kinds()]).toEqual([422, []]);
    expect(answer.textOf(".callout-title")).toStartWith("Nothing was chosen");
  });

  test("cannot leave a list that the campaign did not go to", async () => {
    const { db } = fixture.context;
    const other = newId();
    await db.execute(sql`INSERT INTO "segment" ("id", "name") VALUES (${other}, ${other})`);
    await db.execute(sql`INSERT INTO "segment_contact" VALUES (${other}, ${contact})`);
    await visitor(fixture.context).post(path, { leave: "segments", segment_id: other });
    expect(await kinds()).toEqual([]);
  });

  test("is unsubscribed under the address it went to and under the one they have now", async () => {
    const { db } = fixture.context;
    await db.execute(
      sql`UPDATE "contact" SET "email" = 'new@example.com', "canonical_email" = 'new@example.com' WHERE "id" = ${contact}`,
    );
    await oneClick();
    expect([await reasonOf(), await reasonOf("new@example.com")]).toEqual([
      "unsubscribed",
      "unsubscribed",
    ]);
    await press("Undo, and stay subscribed");
    expect([await reasonOf(), await reasonOf("new@example.com")]).toEqual([undefined, undefined]);
  });

  test("is told that they are unsubscribed once none of their addresses is mailed, and can undo their own word", async () => {
    const { db } = fixture.context;
    await db.execute(
      sql`UPDATE "contact" SET "email" = 'new@example.com', "canonical_email" = 'new@example.com' WHERE "id" = ${contact}`,
    );
    await suppress(db, ["p1@example.com"], { reason: "bounced", origin: "Gateway" });
    expect(await told()).toEqual([]);
    await press("Unsubscribe from everything");
    expect(await told()).toEqual(["You are unsubscribed"]);
    await suppress(db, ["new@example.com"], { reason: "complained", origin: "Gateway" });
    await press("Undo, and stay subscribed");
    expect([await reasonOf(), await reasonOf("new@example.com")]).toEqual([
      "bounced",
      "complained",
    ]);
  });

  test("by undoing brings back what suppressed the address before, and cannot undo a complaint", async () => {
    const { db } = fixture.context;
    await suppress(db, ["p1@example.com"], { reason: "bounced", origin: "Gateway" });
    await oneClick();
    await press("Undo, and stay subscribed");
    expect(await reasonOf()).toBe("bounced");
    await suppress(db, ["p1@example.com"], { reason: "complained", origin: "Gateway" });
    await visitor(fixture.context).post(path, { leave: "nothing" });
    expect(await reasonOf()).toBe("complained");
  });
});

test("a complaint that comes while its owner undoes unsubscribing stays", async () => {
  const { db } = fixture.context;
  await oneClick();
  let undone: Promise<unknown> = Promise.resolve();
  await db.transaction(async (tx) => {
    await suppress(tx, ["p1@example.com"], { reason: "complained", origin: "Gateway" });
    undone = visitor(fixture.context).post(path, { leave: "nothing" });
    // For the complaint.
    await lockWait(db);
  });
  await undone;
  expect(await reasonOf()).toBe("complained");
});

test("whoever unsubscribes has done so, though Postgres ends a deadlock at their cost", async () => {
  const { db } = fixture.context;
  let left: Promise<boolean> = Promise.resolve(false);
  await db.transaction(async (tx) => {
    // Whoever waits for so long does not find the deadlock; the other one does.
    await tx.execute(sql`SET LOCAL deadlock_timeout = '1min'`);
    await suppress(tx, ["p1@example.com"], { reason: "manual", origin: "a test" });
    left = leaveAll(fixture.context, email, "page");
    await lockWait(db);
    await takeLeavingTurn(tx, email);
  });
  expect(await left).toBe(true);
  expect(await reasonOf()).toBe("unsubscribed");
});

test("whoever has a link comes back only so often by it, and leaves however often", async () => {
  for (let times = 0; times < MOST_TIMES_BACK + 2; times++) {
    expect(await leaveAll(fixture.context, email, "page")).toBe(true);
    expect(await reasonOf()).toBe("unsubscribed");
    expect(await comeBack(fixture.context, email)).toBe(true);
  }
  expect(await reasonOf()).toBe("unsubscribed");
  expect(await countFacts(fixture.context.db, campaign)).toEqual({
    unsubscribed: 1,
    resubscribed: 1,
  });
  expect(await kinds()).toHaveLength(2 * MOST_TIMES_BACK + 1);
});

test("the log never has the token of a link", async () => {
  const { loggedPath } = await import("../../http/envelope.ts");
  for (const spelling of [path, `/${path}`, `${path}/`])
    expect(loggedPath(new Request(`http://localhost${spelling}`))).not.toContain(path.slice(3));
});
