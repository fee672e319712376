import { expect, test } from "bun:test";
import fc from "fast-check";
import { EVERYWHERE, judge, SENDER_REFUSALS } from "./sender-refusals.ts";

const AUDIENCE = 5_000;
const BIG = 1_000_000;
const of = (domain: string, refused: number, accepted = 0) => ({ domain, refused, accepted });

/** What is said after all of these came, one after another. */
function judged(posts: ReturnType<typeof of>[][], audience = AUDIENCE) {
  let watched: ReturnType<typeof of>[] = [];
  let refusing: ReturnType<typeof of> | undefined;
  for (const news of posts) {
    const judgement = judge(watched, news, audience);
    watched = judgement.watched;
    refusing ??= judgement.refusing;
  }
  return { watched, refusing };
}

const times = (count: number, ...news: ReturnType<typeof of>[]) =>
  Array<typeof news>(count).fill(news);

test.each<[string, ReturnType<typeof of>[][], ReturnType<typeof of> | undefined]>([
  ["nineteen refusals", times(19, of("a.example", 1)), undefined],
  ["twenty refusals", times(20, of("a.example", 1)), of("a.example", 20)],
  [
    "twenty among as many that others accept as you like",
    times(20, of("a.example", 1), of("b.example", 0, 50)),
    of("a.example", 20),
  ],
  ["as many that it accepts", [[of("a.example", 20, 20)]], of("a.example", 20, 20)],
  ["one more that it accepts", [[of("a.example", 20, 21)]], undefined],
  ["one refusal of four, for ever", times(1_000, of("a.example", 1, 3)), undefined],
  [
    "a domain that accepted a thousand before",
    [[of("a.example", 0, 1_000)], ...times(20, of("a.example", 1))],
    of("a.example", 20),
  ],
  [
    "a domain that refused one, accepted a hundred and then refuses all",
    [[of("a.example", 1, 100)], ...times(20, of("a.example", 1))],
    of("a.example", 20),
  ],
  [
    "twenty domains that refuse one each, and nobody who accepts",
    [Array.from({ length: 20 }, (_, n) => of(`${n}.example`, 1))],
    of(EVERYWHERE, 20),
  ],
  [
    "twenty domains that refuse one each, and others that accept more",
    [[...Array.from({ length: 20 }, (_, n) => of(`${n}.example`, 1)), of("a.example", 0, 21)]],
    undefined,
  ],
  [
    "twenty that a gateway had accepted and their server refused later",
    [[of("a.example", 1)], [of("a.example", 0, 19)], [of("a.example", 19, -19)]],
    of("a.example", 20),
  ],
])("%s", (_what, posts, refusing) => {
  expect(judged(posts).refusing).toEqual(refusing as ReturnType<typeof of>);
});

test("of a large audience a thousandth has to be refused, so that one company does not stop it", () => {
  expect(judged(times(999, of("a.example", 1)), BIG).refusing).toBeUndefined();
  expect(judged(times(1_000, of("a.example", 1)), BIG).refusing).toEqual(of("a.example", 1_000));
});

test("nothing is watched before something is refused, nor what has accepted enough since", () => {
  expect(judged([[of("a.example", 0, 50)]]).watched).toEqual([]);
  expect(judged([[of("a.example", 1, 98)]]).watched).toEqual([
    of(EVERYWHERE, 1, 98),
    of("a.example", 1, 98),
  ]);
  expect(judged([[of("a.example", 1, 98)], [of("a.example", 0, 1)]]).watched).toEqual([]);
});

test("fuzzed: whatever comes, few domains are watched, nothing is below zero, and whoever is named refuses at least half", () => {
  const news = fc.uniqueArray(
    fc.record({
      domain: fc.nat({ max: 300 }).map((n) => (n === 0 ? EVERYWHERE : `${n}.example`)),
      refused: fc.nat({ max: 30 }),
      accepted: fc.integer({ min: -30, max: 60 }),
    }),
    { selector: ({ domain }) => domain, maxLength: 150 },
  );
  fc.assert(
    fc.property(fc.array(news, { maxLength: 20 }), (posts) => {
      const { watched, refusing } = judged(posts);
      expect(watched.length).toBeLessThanOrEqual(SENDER_REFUSALS.domains);
      for (const { refused, accepted } of watched)
        expect(Math.min(refused, accepted)).toBeGreaterThanOrEqual(0);
      if (refusing !== undefined)
        expect(refusing.refused).toBeGreaterThanOrEqual(Math.max(20, refusing.accepted));
    }),
  );
});
