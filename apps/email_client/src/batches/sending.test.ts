import { expect, test } from "bun:test";
import { finished, send, setUp } from "../testing/client.ts";

test("every email of a batch is sent once, and web hears its whole history in order", async () => {
  await using given = await setUp();
  const { gateway, web } = given;
  const batch = await send(given, 120);
  expect(await finished(given, batch)).toEqual({ sent: 120 });
  expect(gateway.accepted.toSorted()).toEqual(batch.recipients.map(({ id }) => id).toSorted());
  expect(web.gaps()).toEqual([]);
  expect(web.historyOf(batch.recipients[0]!.id)).toMatchObject([
    { seq: 1, event: "START", state: "sending", attempt: 1, gateway: batch.gateway },
    { seq: 2, event: "ACCEPTED", state: "sent", message_id: `m-${batch.recipients[0]!.id}` },
  ]);
});
