import { expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import type { Redis } from "ioredis";
import { ACCEPTED, commitAll, setUpJournal, SHARD, START, taken } from "../testing/journal.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 24);

async function remembered(redis: Redis): Promise<string[]> {
  return redis.zrange(SHARD.suppressed, "0", "-1");
}

test("whom not to mail is remembered for a day, and for as long as the email is here", async () => {
  await using given = await setUpJournal();
  const { journal, redis, outbox } = given;
  const { wanted, claim } = await taken(journal);
  const [here] = wanted.recipients;
  const [never, later] = [newId(), newId()];
  const word = { id: here!.id, run: 1 };
  await journal.suppress([word, { id: never, run: 1 }], NOW);
  await journal.suppress([{ id: later, run: 2 }], NOW + DAY_MS - 1);
  expect((await remembered(redis)).toSorted()).toEqual(
    [`${here!.id} 1`, `${never} 1`, `${later} 2`].toSorted(),
  );
  await journal.suppress([word], NOW + DAY_MS);
  expect((await remembered(redis)).toSorted()).toEqual([`${here!.id} 1`, `${later} 2`].toSorted());
  for (let days = 2; days < 1_000; days += 100)
    await journal.suppress([{ id: newId(), run: 1, unbrought: true }], NOW + days * DAY_MS);
  expect(await remembered(redis)).toEqual([`${here!.id} 1`]);
  expect(await journal.isSuppressed(claim, word)).toBe(true);

  // It ended before the word came.
  const { claim: other } = await taken(journal);
  await commitAll(journal, other, [START, ACCEPTED]);
  const ended = other.emails.map(({ id }) => ({ id, run: 1 }));
  await journal.suppress(ended, NOW + 1_000 * DAY_MS);
  await outbox.acknowledge(await outbox.next(1));
  expect(await remembered(redis)).toHaveLength(3);
  await journal.suppress([{ id: newId(), run: 1, unbrought: true }], NOW + 1_001 * DAY_MS);
  expect(await remembered(redis)).toEqual([`${here!.id} 1`]);
});

test("of an email that nobody can bring any more nothing is remembered, unless it is here after all", async () => {
  await using given = await setUpJournal();
  const { journal, redis } = given;
  const { wanted, claim } = await taken(journal);
  const [here] = wanted.recipients;
  const batches = await journal.suppress(
    [
      { id: newId(), run: 1, unbrought: true },
      { id: here!.id, run: 1, unbrought: true },
    ],
    NOW,
  );
  expect(batches).toEqual([wanted.batch]);
  expect(await remembered(redis)).toEqual([`${here!.id} 1`]);
  expect(await journal.isSuppressed(claim, { id: here!.id, run: 1 })).toBe(true);
});

test("more than are added are forgotten by a call, and the others by the next ones", async () => {
  await using given = await setUpJournal();
  const { journal, redis } = given;
  const many = Array.from({ length: 12_000 }, () => ({ id: newId(), run: 1 }));
  await journal.suppress(many, NOW);
  const left: number[] = [];
  for (let call = 0; call < 3; call++) {
    await journal.suppress([{ id: newId(), run: 1, unbrought: true }], NOW + 2 * DAY_MS);
    left.push((await remembered(redis)).length);
  }
  expect(left).toEqual([7_000, 2_000, 0]);
});
