import { expect, test } from "bun:test";
import { type Content, contentHash } from "@mailwright/protocol";
import { frozenCampaign } from "../../testing/dispatch.ts";
import { standing } from "../../testing/ledger.ts";
import { handOverNext } from "./handover.ts";
import { reconcile } from "./reconcile.ts";

test("a content that the email client has lost is brought again until it is there, and its batch is left alone", async () => {
  await using given = await frozenCampaign(1);
  const { db, campaign, context, standIn } = given;
  await handOverNext(context);
  const [{ batch, content, recipients }] = standIn.batches as [(typeof standIn.batches)[number]];
  const emails = recipients.map(({ id }) => ({ id, run: 1, seq: 0, state: "queued", attempt: 0 }));
  const held = { batch, done: false, emails };
  const look = async (body: object) => {
    standIn.answerNext(`GET /v1/batches/${batch}`, { status: 200, body });
    await reconcile(context, { restS: 0, overdueS: 0 });
    return standIn.contents;
  };
  expect(await look(held)).toEqual([]);
  standIn.answerNext(`PUT /v1/contents/${content}`, { status: 503 });
  expect(await look({ ...held, content_missing: true })).toEqual([]);
  expect(await look({ ...held, content_missing: true })).toEqual([content]);
  expect(await look(held)).toEqual([content]);
  const brought = standIn.calls.filter(({ call }) => call.startsWith("PUT /v1/contents/"));
  expect(brought.map(({ body }) => contentHash(body as Content))).toEqual([content, content]);
  expect(standIn.batches.length).toBe(1);
  expect(await standing(db, campaign)).toMatchObject({ counts: { queued: 1 } });
});
