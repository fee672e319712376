import { message, report } from "./report.ts";

/** What programs answer for people. */
export const AUTO_REPLIES = {
  exchange: (to: string) =>
    message(
      [
        "Return-Path: <>",
        "From: Zoe <zoe@corp.example.org>",
        `To: <${to}>`,
        "Subject: Automatic reply: Hello",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
      ],
      ["I am away until Monday."],
    ),
  sieve: (to: string) =>
    message(
      [
        "Return-Path: <>",
        `Delivered-To: ${to}`,
        "From: zoe@example.org",
        `To: ${to}`,
        "Subject: Auto: Hello",
        "Auto-Submitted: auto-replied (vacation)",
        "Precedence: bulk",
      ],
      ["Gone fishing."],
    ),
  oldResponder: (to: string) =>
    message(
      [
        "From: zoe@example.org",
        `To: ${to}`,
        "Subject: thanks",
        "X-Autoreply: yes",
        "Precedence: auto_reply",
      ],
      ["Thanks for your message."],
    ),
  bySubject: (to: string) =>
    message(
      [
        "Return-Path: <>",
        "From: zoe@example.org",
        `To: ${to}`,
        "Subject: Re: Out of the office: Hello",
      ],
      ["Back on Monday."],
    ),
  ticket: (to: string) =>
    message(
      [
        "Return-Path: <>",
        "From: Firm <mail@firm.example.org>",
        `To: ${to}`,
        "Subject: Thank you for your message",
      ],
      ["Your ticket has the number 512344. We answer within 450 minutes."],
    ),
  byLaterHeader: (to: string) =>
    message(
      ["From: zoe@example.org", `To: ${to}`, "Subject: Nieuws", "X-Auto-Response-Suppress: All"],
      ["Tot maandag."],
    ),
  dutch: (to: string) =>
    message(
      ["From: zoe@example.org", `To: ${to}`, "Subject: Re: Afwezigheidsbericht: Nieuws"],
      ["Tot maandag."],
    ),
  polish: (to: string) =>
    message(
      ["From: zoe@example.org", `To: ${to}`, "Subject: Autoodpowiedź: Nowości"],
      ["Do poniedziałku."],
    ),
  postmaster: (to: string) =>
    message(
      [
        "Return-Path: <>",
        "From: postmaster@example.org",
        `To: ${to}`,
        "Subject: Hello",
        "Auto-Submitted: auto-replied",
      ],
      ["The postmaster is away."],
    ),
  receipt: (to: string) =>
    report({
      header: ["Return-Path: <>", "From: zoe@example.org", `To: ${to}`, "Subject: Read: Hello"],
      type: "disposition-notification",
      text: "It was read.",
      fields: ["Final-Recipient: rfc822; zoe@example.org", "Disposition: manual-action; displayed"],
    }),
};
