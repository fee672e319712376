import { describe, expect, test } from "bun:test";
import { newId } from "@mailwright/platform";
import fc from "fast-check";
import { AUTO_REPLIES } from "../testing/bounces/auto-replies.ts";
import { BOUNCES } from "../testing/bounces/bounces.ts";
import { COMPLAINTS } from "../testing/bounces/complaints.ts";
import { message } from "../testing/bounces/report.ts";
import { readBounceMessage, type Reading } from "./bounce-message.ts";
import { createVerp } from "./verp.ts";

const VERP = createVerp([{ id: "c1", bytes: new Uint8Array(32).fill(3) }]);
const GATEWAY = newId();
const EMAIL = newId();
const TO = VERP.address("bounces@example.com", GATEWAY, EMAIL);
const AT = Date.UTC(2026, 10, 29, 12);

function read(text: string | Uint8Array): Promise<Reading> {
  const raw = typeof text === "string" ? Buffer.from(text) : text;
  return readBounceMessage(raw, AT, (each) => VERP.emailIn(each, GATEWAY));
}

describe("a bounce", () => {
  test.each([
    ["Postfix, no such user", BOUNCES.postfix(TO), "hard", "5.1.1"],
    ["Postfix, a policy", BOUNCES.postfix(TO, "5.7.1", "Client host blocked"), "block", "5.7.1"],
    ["Postfix, no route", BOUNCES.postfix(TO, "5.4.4", "Host not found"), "hard", "5.4.4"],
    ["Postfix, given up", BOUNCES.postfix(TO, "4.4.1", "Connection timed out"), "soft", "4.4.1"],
    [
      "a code that blames spam on a mailbox",
      BOUNCES.postfix(TO, "5.2.0", "spam"),
      "block",
      "5.2.0",
    ],
    [
      "a wrong code and words of a list",
      BOUNCES.postfix(TO, "5.1.1", "in our blocklist"),
      "block",
      "5.1.1",
    ],
    ["Exim, with the code in the words alone", BOUNCES.eximWithReport(TO), "block", "5.7.1"],
    ["Sendmail, no such domain", BOUNCES.sendmail(TO), "hard", "5.1.2"],
    ["Exchange, no such recipient", BOUNCES.exchange(TO), "hard", "5.1.10"],
    ["Gmail, a full mailbox", BOUNCES.gmailQuota(TO), "soft", "4.2.2"],
    ["words without a code", BOUNCES.wordsAlone(TO), "hard", "5.0.0"],
    ["a report in UTF-8", BOUNCES.utf8(TO), "hard", "5.2.1"],
  ])("of %s is told by its class", async (_name, text, bounce, status) => {
    const reading = await read(text);
    expect(reading).toMatchObject({
      kind: "fact",
      fact: { email: EMAIL, kind: "bounced", bounce, status, at: AT },
    });
  });

  test.each(
    Object.entries({ qmail: BOUNCES.qmail, exim: BOUNCES.oldExim, other: BOUNCES.appliance }),
  )("without a report (%s) is soft and says that nothing more is known", async (_name, shape) => {
    expect(await read(shape(TO))).toMatchObject({
      kind: "fact",
      fact: {
        email: EMAIL,
        kind: "bounced",
        bounce: "soft",
        detail: "It came back without saying why in a form that can be read.",
      },
    });
  });

  test("repeats the server's words without addresses, on one line", async () => {
    const reading = await read(BOUNCES.postfix(TO));
    expect(reading.kind === "fact" && reading.fact.detail).toBe(
      "550 5.1.1 <[address]>: Recipient address rejected: User unknown in virtual mailbox table",
    );
  });

  test("goes by its Message-ID, or by what it says where it has none", async () => {
    const keys = await Promise.all(
      [BOUNCES.postfix(TO), BOUNCES.qmail(TO), BOUNCES.qmail(TO), BOUNCES.appliance(TO)].map(
        async (text) => {
          const reading = await read(text);
          return reading.kind === "fact" ? reading.fact.key : "";
        },
      ),
    );
    expect(keys[0]).toBe("<20261129101112.4Bxyz@mx.example.net>");
    expect(keys[1]).toMatch(/^[0-9a-f]{64}$/);
    expect(keys[2]).toBe(keys[1]!);
    expect(new Set(keys).size).toBe(3);
  });

  test("of which one recipient failed counts as failed, whatever became of the others", async () => {
    const both = BOUNCES.delivered(TO).replace(
      "Final-Recipient:",
      "Final-Recipient: rfc822; other@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\nFinal-Recipient:",
    );
    expect(await read(both)).toMatchObject({
      kind: "fact",
      fact: { kind: "bounced", bounce: "hard" },
    });
  });
});

test("a notice of delivery is told as one", async () => {
  expect(await read(BOUNCES.delivered(TO))).toMatchObject({
    kind: "fact",
    fact: { email: EMAIL, kind: "delivered" },
  });
});

describe("a feedback report", () => {
  test.each(["abuse", "fraud", "other"])("of the type %s is a complaint", async (type) => {
    expect(await read(COMPLAINTS.withMailFrom(TO, type))).toMatchObject({
      kind: "fact",
      fact: { email: EMAIL, kind: "complained", at: AT, key: "<arf-1@reports.example.net>" },
    });
  });

  test.each([
    ["whole", COMPLAINTS.withMessage(TO)],
    ["by its header alone", COMPLAINTS.withHeader(TO)],
  ])("is of the email that is sent back with it, %s", async (_name, text) => {
    expect(await read(text)).toMatchObject({
      kind: "fact",
      fact: { email: EMAIL, kind: "complained" },
    });
  });

  test.each(["not-spam", "auth-failure", "something-new"])(
    "of the type %s is none",
    async (type) => {
      expect((await read(COMPLAINTS.withMailFrom(TO, type))).kind).toBe("ignored");
    },
  );
});

test.each(Object.entries({ ...AUTO_REPLIES, delayed: BOUNCES.delayed }))(
  "what says nothing of an email is ignored (%s)",
  async (_name, shape) => {
    expect((await read(shape(TO))).kind).toBe("ignored");
  },
);

const person = (to: string) =>
  message(["From: zoe@example.org", `To: ${to}`, "Subject: Re: Hello"], ["Please call me."]);

test.each([
  ["a person's reply to a bounce address", person(TO)],
  ["a person's mail to the mailbox", person("bounces@example.com")],
  ["a bounce of somebody else's mail", BOUNCES.postfix("bounces@example.com")],
  [
    "a bounce with a token that was made up",
    BOUNCES.postfix(`bounces+${"v".repeat(42)}@example.com`),
  ],
  [
    "a complaint about a token that was made up",
    COMPLAINTS.withMailFrom(`b+${"0".repeat(42)}@example.com`),
  ],
  ["an auto-reply to the mailbox", AUTO_REPLIES.sieve("bounces@example.com")],
  [
    "a bounce of another gateway",
    BOUNCES.postfix(VERP.address("bounces@example.com", newId(), EMAIL)),
  ],
  [
    "a person's mail with an email of ours attached to it",
    message(
      [
        "From: zoe@example.org",
        "To: bounces@example.com",
        "Precedence: bulk",
        "Content-Type: message/rfc822",
      ],
      [`Return-Path: <${TO}>`, "Subject: Hello", "", "Hello"],
    ),
  ],
  [
    "a person's mail with a bounce attached to it",
    message(
      ["From: zoe@example.org", "To: bounces@example.com", "Content-Type: message/rfc822"],
      BOUNCES.postfix(TO).split("\r\n"),
    ),
  ],
  ["nothing at all", ""],
])("%s is left alone", async (_name, text) => {
  expect(await read(text)).toEqual({ kind: "other" });
});

describe("fuzzed", () => {
  const shapes = [
    ...Object.values(BOUNCES).map((shape) => shape(TO)),
    COMPLAINTS.withMailFrom(TO),
    COMPLAINTS.withMessage(TO),
    ...Object.values(AUTO_REPLIES).map((shape) => shape(TO)),
  ];

  test("no bytes at all make it throw", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4_000 }), async (bytes) => {
        expect((await read(bytes)).kind).toBe("other");
      }),
    );
  });

  test("a message that lost, gained or doubled any of its parts still reads as something, and of no other email", async () => {
    const edit = fc.record({
      at: fc.nat(),
      length: fc.nat({ max: 400 }),
      insert: fc.oneof(
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.constantFrom(
          "\r\n\r\n",
          "--=_part\r\n",
          "--=_part--",
          ":",
          "\0",
          "Status: ",
          "=?utf-8?B?",
          '"',
        ),
      ),
      repeat: fc.integer({ min: 1, max: 50 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...shapes),
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        async (shape, edits) => {
          let text = shape;
          for (const { at, length, insert, repeat } of edits) {
            const place = at % (text.length + 1);
            text = text.slice(0, place) + insert.repeat(repeat) + text.slice(place + length);
          }
          const reading = await read(text);
          if (reading.kind === "fact") expect(reading.fact.email).toBe(EMAIL);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ["parts in parts", "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n".repeat(20_000)],
    ["one endless header", `To: ${"a".repeat(500_000)}`],
    ["half a million addresses", `To: ${"a+@,".repeat(125_000)}\r\n\r\n`],
    ["a header of spaces", `Subject: ${" \r\n".repeat(150_000)}x`],
    ["a header of nothing but quotes", `From: ${'"('.repeat(250_000)}\r\n\r\n`],
    [
      "a report of empty lines",
      BOUNCES.postfix(TO).replace("Action", `${"\n".repeat(500_000)}Action`),
    ],
    [
      "a report of folded lines",
      BOUNCES.postfix(TO).replace("Action", `X: ${"\n ".repeat(250_000)}\nAction`),
    ],
    ["words without an end", BOUNCES.postfix(TO, "5.0.0", "user recipient is ".repeat(30_000))],
  ])("%s is read to its end", async (_name, text) => {
    expect(["fact", "other", "ignored"]).toContain((await read(text)).kind);
  });
});
