import { expect, test } from "bun:test";
import { newId, silentLog, systemClock } from "@mailwright/platform";
import { sql } from "drizzle-orm";
import { emailClientStandIn } from "../../testing/email-client-stand-in.ts";
import { launchingCampaign, ledgerFixture, standing } from "../../testing/ledger.ts";
import { createLinks } from "../leaving/links.ts";
import { optOut } from "../segments/opt-outs.ts";
import { createSegment } from "../segments/segments.ts";
import { freezeLaunched } from "./freeze.ts";
import { handOverNext } from "./handover.ts";

test("who opts out of a segment is in no audience frozen from then on, and gets what was frozen before", async () => {
  await using ledger = await ledgerFixture(3);
  await using standIn = emailClientStandIn();
  const { db, segment: listed } = ledger;
  const links = createLinks(db, "https://web.example.com");
  const context = { db, clock: systemClock, log: silentLog, emailClient: standIn.client, links };
  const rule = { field: "first_name", is: "begins_with", value: "P" };
  const made = await createSegment(db, { name: "All by rule", rule });
  const ruled = made.kind === "created" ? made.segment.id : "";
  const [one] = await db.execute<{ id: string }>(
    sql`SELECT "id" FROM "contact" WHERE "first_name" = 'P1'`,
  );
  const launch = async (segments: string[]) => {
    const campaign = await launchingCampaign(ledger, { segments });
    await freezeLaunched(context);
    return campaign;
  };
  const recipients = async () => {
    while ((await handOverNext(context)).kind !== "idle");
    return standIn.batches
      .splice(0)
      .flatMap((batch) => batch.recipients.map(({ email }) => email))
      .toSorted();
  };
  const [p1, p2, p3] = ["p1@example.com", "p2@example.com", "p3@example.com"];

  const before = [await launch([listed]), await launch([ruled])];
  for (const segment of [listed, ruled]) await optOut(db, segment, one?.id ?? "", newId());
  expect(await recipients()).toEqual([p1, p1, p2, p2, p3, p3]);
  for (const campaign of before)
    expect(await standing(db, campaign)).toMatchObject({ audience: 3, counts: { queued: 3 } });

  for (const segments of [[listed], [ruled], [listed, ruled]]) {
    const campaign = await launch(segments);
    expect(await recipients()).toEqual([p2, p3]);
    expect(await standing(db, campaign)).toMatchObject({ audience: 2, counts: { queued: 2 } });
  }
});

test("a campaign to a segment that everybody has left is a draft again and says why", async () => {
  await using ledger = await ledgerFixture(1);
  await using standIn = emailClientStandIn();
  const { db } = ledger;
  const links = createLinks(db, "https://web.example.com");
  const rule = { field: "first_name", is: "begins_with", value: "P" };
  const made = await createSegment(db, { name: "All by rule", rule });
  const ruled = made.kind === "created" ? made.segment.id : "";
  const [one] = await db.execute<{ id: string }>(sql`SELECT "id" FROM "contact"`);
  const campaign = await launchingCampaign(ledger, { segments: [ruled] });
  await optOut(db, ruled, one?.id ?? "", newId());
  await freezeLaunched({
    db,
    clock: systemClock,
    log: silentLog,
    emailClient: standIn.client,
    links,
  });
  expect(await standing(db, campaign)).toMatchObject({ state: "draft", audience: 0 });
});
