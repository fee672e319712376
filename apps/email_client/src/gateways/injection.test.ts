import { describe, expect, test } from "bun:test";
import { systemClock } from "@mailwright/platform";
import { MESSAGE } from "../testing/messages.ts";
import { SUBJECTS } from "../testing/services/all.ts";
import type { FakeService, Subject } from "../testing/services/fake-service.ts";
import type { Gateway, Message, Outcome } from "./gateway.ts";
import { refusingUnsafe } from "./unsafe-message.ts";

/** What a message holds so that somebody else would get it too, or that it would get another header. */
type Attack = readonly [what: string, Partial<Message>];

const BCC = "Bcc: victim@example.net";

/** What may end a line somewhere, and whether the guard takes it for the end of one. */
const ENDS = [
  ["CRLF", "\r\n", true],
  ["LF", "\n", true],
  ["CR", "\r", true],
  ["NUL", "\u0000", true],
  ["NEL", "\u0085", false],
  ["U+2028", "\u2028", false],
] as const;

/** In words that a person writes: the adapters have to make them harmless as well. */
function inWords(end: string): Attack[] {
  const evil = `x${end}${BCC}${end}${end}<p>`;
  return [
    ["the subject", { subject: evil }],
    ["the recipient's name", { to: { ...MESSAGE.to, name: evil } }],
    ["the sender's name", { from: { ...MESSAGE.from, name: evil } }],
  ];
}

function inHeader(end: string): Attack {
  return ["a header", { headers: { ...MESSAGE.headers, "X-Campaign": `x${end}${BCC}` } }];
}

const NOT_ADDRESSES = [
  "zoe@example.org,victim@example.net",
  "zoe@example.org;victim@example.net",
  "zoe@example.org victim@example.net",
  "zoe@example.org>, <victim@example.net",
  "<zoe@example.org>",
  `zoe@example.org\r\n${BCC}`,
  `zoe@example.org\n${BCC}`,
  "zoe@example.org\u0000",
  "zoe@example.org\u2028",
];

const HEADER_NAMES = [
  "Bcc",
  "bCC",
  "To",
  "Reply-To",
  "Content-Type",
  "Resent-To",
  "X Y",
  "X:Y",
  "",
  "X: y\r\nBcc",
  "X\u0000",
  "X\u2028",
];

/** By what stands where no person writes, so that the guard lets none of it to an adapter. */
const REFUSED: readonly Attack[] = [
  ...NOT_ADDRESSES.flatMap((email): Attack[] => [
    [`the recipient ${JSON.stringify(email)}`, { to: { ...MESSAGE.to, email } }],
    [`the sender ${JSON.stringify(email)}`, { from: { ...MESSAGE.from, email } }],
    [`the reply address ${JSON.stringify(email)}`, { from: { ...MESSAGE.from, reply_to: email } }],
  ]),
  ...HEADER_NAMES.map((name): Attack => [
    `a header named ${JSON.stringify(name)}`,
    { headers: { ...MESSAGE.headers, [name]: "victim@example.net" } },
  ]),
  ...ENDS.filter(([, , isEnd]) => isEnd).flatMap(([end, characters]) =>
    [...inWords(characters), inHeader(characters)].map(([what, part]): Attack => [
      `${end} in ${what}`,
      part,
    ]),
  ),
];

const SENT: readonly Attack[] = ENDS.filter(([, , isEnd]) => !isEnd).flatMap(([end, characters]) =>
  [...inWords(characters), inHeader(characters)].map(([what, part]): Attack => [
    `${end} in ${what}`,
    part,
  ]),
);

const PAST_THE_GUARD: readonly Attack[] = ENDS.flatMap(([end, characters]) =>
  inWords(characters).map(([what, part]): Attack => [`${end} in ${what}`, part]),
);

describe.each(SUBJECTS.map((subject) => [subject.adapter.kind, subject] as const))(
  "%s",
  (kind, subject) => {
    test.each(REFUSED)("%s is refused, and the service hears nothing", async (_what, part) => {
      const { outcome, taken, faults } = await sent(subject, refusingUnsafe, part);
      expect([outcome.kind, taken, faults]).toEqual(["rejected", [], []]);
    });

    test.each(SENT)("%s does no harm", async (_what, part) => {
      const { outcome, taken } = await sent(subject, refusingUnsafe, part);
      expect(outcome.kind).toBe("accepted");
      expect(taken.map(reachOf)).toEqual(await usualReach(subject, part));
    });

    test.each(PAST_THE_GUARD)("%s does no harm past the guard either", async (_what, part) => {
      const { taken } = await sent(subject, (gateway) => gateway, part);
      expect(taken.length).toBeGreaterThan(0);
      expect(taken.map(reachOf)).toEqual(await usualReach(subject, part));
    });

    test("what the guard keeps from the service would do harm there", async () => {
      const [email = ""] = NOT_ADDRESSES;
      const toTwo = await sent(subject, (gateway) => gateway, { to: { name: "", email } });
      expect(toTwo.taken.map(({ to }) => to.map((one) => one.email))).not.toEqual([
        ["zoe@example.org"],
      ]);
      const header = await sent(subject, (gateway) => gateway, inHeader("\r\n")[1]);
      // The SMTP adapter writes the message itself, and folds a value on one line.
      const isWritten = kind === "smtp";
      const isTold = header.taken.some(({ headers }) => "bcc" in headers);
      expect(isTold || header.faults.length > 0).toBe(!isWritten);
    });
  },
);

/** Sends one message, through the guard or past it. */
async function sent(
  { adapter, start }: Subject,
  guard: (gateway: Gateway) => Gateway,
  part: Partial<Message>,
): Promise<{ outcome: Outcome; taken: FakeService["taken"]; faults: string[] }> {
  await using fake = await start();
  const gateway = guard(
    adapter.open({ settings: fake.settings, secrets: fake.secrets, clock: systemClock }),
  );
  const outcome = await gateway.send({ ...MESSAGE, ...part }, AbortSignal.timeout(10_000));
  gateway.close?.();
  return { outcome, taken: fake.taken, faults: fake.faults };
}

/** Whom a message reaches, and what else the service was told. */
function reachOf({ from, to, replyTo, headers }: FakeService["taken"][number]) {
  return {
    from: from.email,
    to: to.map(({ email }) => email),
    replyTo,
    headers: Object.keys(headers).toSorted(),
  };
}

/** The same of one message of which nothing is evil. */
async function usualReach(subject: Subject, { headers }: Partial<Message>) {
  const harmless = headers === undefined ? {} : { headers: { ...headers, "X-Campaign": "x" } };
  const { taken } = await sent(subject, (gateway) => gateway, harmless);
  return taken.map(reachOf);
}
