import { expect, test } from "bun:test";
import type { BounceClass } from "./bounces.ts";
import { classOfFailure } from "./failure-class.ts";

/** What is said of a failure, and what it comes to whatever the teller calls it, unless that is a block. */
const FAILURES: [status: string, words: string, bounce: BounceClass, exact: string | undefined][] =
  [
    // A policy, whatever the code.
    ["5.0.0", "550 5.7.1 blocked using zen.example.org", "block", "5.7.1"],
    ["5.0.0", "554 rejected due to spam content", "block", "5.0.0"],
    ["", "554 Email not accepted for policy reasons", "block", undefined],
    // What the server found out about our own address.
    [
      "5.0.0",
      "550-Verification failed for <b+x@example.com> 550-Unrouteable address 550 Sender verify failed",
      "block",
      "5.0.0",
    ],
    [
      "5.0.0",
      "550-Response: 550 5.1.1 <b+x@example.com>: User unknown 550 Sender callout verification failed",
      "block",
      "5.1.1",
    ],
    [
      "5.1.8",
      "550 5.1.8 <b+x@example.com>: Sender address rejected: Domain not found",
      "block",
      "5.1.8",
    ],
    ["", "550 SPF record for example.com does not exist", "block", undefined],
    ["", "554 Reverse DNS (PTR) record does not exist for 192.0.2.1", "block", undefined],
    ["", "550 Domain of sender address b+x@example.com does not exist", "block", undefined],
    ["", "501 HELO invalid domain", "block", undefined],
    ["", "550 Unknown domain in MAIL FROM", "block", undefined],
    // Somebody is there, and gets too much.
    [
      "5.2.1",
      "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more",
      "soft",
      "5.2.1",
    ],
    ["4.2.1", "450 4.2.1 ReceivingRate", "soft", "4.2.1"],
    // Nobody is there.
    ["5.2.1", "550 5.2.1 The email account is disabled", "hard", "5.2.1"],
    ["5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "hard", "5.4.1"],
    ["5.0.0", "550 no such user here", "hard", "5.0.0"],
    ["", "550 Unrouteable address", "hard", undefined],
    // Exim's words of the recipient's server, which it asked.
    ["5.1.1", "550-Callout verification failed: 550 5.1.1 <x>: User unknown", "hard", "5.1.1"],
    // What stands in an address says nothing.
    ["5.1.1", "550 5.1.1 <a-spam@block-list.example.org> Recipient rejected", "hard", "5.1.1"],
    // A host that does not answer may do so another time.
    ["5.4.1", "no answer from host", "soft", "5.4.1"],
    ["4.0.0", "user unknown for now", "soft", "4.0.0"],
    ["", "450 mailbox is disabled for now", "soft", undefined],
    ["", "smtp; 450 <x>: Recipient address rejected: User unknown", "soft", undefined],
  ];

test.each(FAILURES)("%p with %p is %s", (status, words, bounce, exact) => {
  const wanted = { bounce, ...(exact !== undefined && { status: exact }) };
  expect(classOfFailure(status, words, "soft")).toEqual(wanted);
  expect(classOfFailure(status, words, "hard")).toEqual(wanted);
});

test("of what neither code nor words tell, it is what its teller says", () => {
  for (const said of ["hard", "soft", "block"] as const)
    expect(classOfFailure("5.0.0", "554 it failed", said).bounce).toBe(said);
  expect(classOfFailure("", "no such user", "block").bounce).toBe("block");
});

test("a megabyte of words takes no longer than a page of them", () => {
  for (const part of ["x", "9", "5.", "<", "a@", "user "])
    expect(classOfFailure("5.0.0", part.repeat(1_048_576 / part.length), "soft").bounce).toBe(
      "soft",
    );
});
