import { message, report } from "./report.ts";

/** The shapes that mail servers give to what they send back, written by hand after each one's habits; `to` is where to. */
export const BOUNCES = {
  postfix: (to: string, status = "5.1.1", words = "User unknown in virtual mailbox table") =>
    report({
      header: [
        "Return-Path: <>",
        `Delivered-To: ${to}`,
        "From: MAILER-DAEMON@mx.example.net (Mail Delivery System)",
        "Subject: Undelivered Mail Returned to Sender",
        `To: ${to}`,
        "Auto-Submitted: auto-replied",
        "Message-Id: <20261129101112.4Bxyz@mx.example.net>",
      ],
      type: "delivery-status",
      text: "This is the mail system at host mx.example.net.",
      fields: [
        "Reporting-MTA: dns; mx.example.net",
        "X-Postfix-Queue-ID: 4Bxyz",
        `X-Postfix-Sender: rfc822; ${to}`,
        "Arrival-Date: Sun, 29 Nov 2026 10:11:10 +0000 (UTC)",
        "",
        "Final-Recipient: rfc822; zoe@example.org",
        "Original-Recipient: rfc822;zoe@example.org",
        "Action: failed",
        `Status: ${status}`,
        "Remote-MTA: dns; mail.example.org",
        `Diagnostic-Code: smtp; 550 ${status} <zoe@example.org>: Recipient address`,
        `    rejected: ${words}`,
      ],
      returned: {
        type: "message/rfc822",
        lines: [`Return-Path: <${to}>`, "From: shop@example.com", "Subject: Hello", "", "Hello"],
      },
    }),
  eximWithReport: (to: string) =>
    report({
      header: [
        "Return-path: <>",
        `Envelope-to: ${to}`,
        "X-Failed-Recipients: zoe@example.org",
        "Auto-Submitted: auto-replied",
        "From: Mail Delivery System <Mailer-Daemon@relay.example.net>",
        `To: ${to}`,
        "Subject: Mail delivery failed: returning message to sender",
        "Message-Id: <E1rAbCd-0001ab-2C@relay.example.net>",
      ],
      type: "delivery-status",
      text: "A message that you sent could not be delivered.",
      fields: [
        "Reporting-MTA: dns; relay.example.net",
        "",
        "Action: failed",
        "Final-Recipient: rfc822;zoe@example.org",
        "Status: 5.0.0",
        "Remote-MTA: dns; mail.example.org",
        "Diagnostic-Code: smtp; 550 5.7.1 Message rejected because of its content",
      ],
    }),
  sendmail: (to: string) =>
    report({
      header: [
        "Return-Path: <>",
        "From: Mail Delivery Subsystem <MAILER-DAEMON@out.example.net>",
        `To: <${to}>`,
        "Subject: Returned mail: see transcript for details",
        "Auto-Submitted: auto-generated (failure)",
        "Message-Id: <202611291011.xATabc012345@out.example.net>",
      ],
      type: "delivery-status",
      text: "   ----- The following addresses had permanent fatal errors -----",
      fields: [
        "Reporting-MTA: dns; out.example.net",
        "Received-From-MTA: DNS; localhost",
        "",
        "Final-Recipient: RFC822; zoe@nowhere.example.org",
        "Action: failed",
        "Status: 5.1.2",
        "Remote-MTA: DNS; nowhere.example.org",
        "Last-Attempt-Date: Sun, 29 Nov 2026 10:11:12 GMT",
      ],
      returned: { type: "text/rfc822-headers", lines: [`Return-Path: <${to}>`, "Subject: Hello"] },
    }),
  exchange: (to: string) =>
    report({
      header: [
        "Return-Path: <>",
        "From: <postmaster@corp.example.org>",
        `To: <${to}>`,
        "Subject: =?utf-8?B?VW56dXN0ZWxsYmFyOiBIZWxsbw==?=",
        "Message-ID: <f00d-42@AB1.corp.example.org>",
        "X-MS-Exchange-Message-Is-Ndr:",
        "Auto-Submitted: auto-replied",
      ],
      type: "delivery-status",
      text: "Your message to zoe@corp.example.org could not be delivered.",
      fields: [
        "Reporting-MTA: dns;AB1.corp.example.org",
        "",
        "Final-Recipient: rfc822;zoe@corp.example.org",
        "Action: failed",
        "Status: 5.1.10",
        "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP",
        " address lookup",
        "X-Display-Name: Zoe",
      ],
    }),
  gmailQuota: (to: string) =>
    report({
      header: [
        "Return-Path: <>",
        "From: Mail Delivery Subsystem <mailer-daemon@mail.example.net>",
        `To: ${to}`,
        "Auto-Submitted: auto-replied",
        "Subject: Delivery Status Notification (Failure)",
        "Message-ID: <65f0.0a0b@mx.mail.example.net>",
      ],
      type: "delivery-status",
      text: "The recipient's inbox is out of storage space.",
      fields: [
        "Reporting-MTA: dns; mail.example.net",
        "Arrival-Date: Sun, 29 Nov 2026 02:11:12 -0800 (PST)",
        "",
        "Final-Recipient: rfc822; zoe@mail.example.net",
        "Action: failed",
        "Status: 4.2.2",
        "Diagnostic-Code: smtp; 452-4.2.2 The recipient's inbox is out of storage space. The message",
        " was given up after many tries.",
        "Last-Attempt-Date: Sun, 29 Nov 2026 02:11:12 -0800 (PST)",
      ],
      returned: { type: "message/rfc822", lines: ["Subject: Hello", "", "Hello"] },
    }),
  /** No class in the status, and none in the words but words. */
  wordsAlone: (to: string) =>
    report({
      header: ["Return-Path: <>", `To: ${to}`, "From: MAILER-DAEMON@old.example.net"],
      type: "delivery-status",
      text: "Failed.",
      fields: [
        "Final-Recipient: rfc822; zoe@example.org",
        "Action: Failed",
        "Status: 5.0.0 (permanent failure)",
        "Diagnostic-Code: SMTP; 550 No such user here",
      ],
    }),
  utf8: (to: string) =>
    report({
      header: ["Return-Path: <>", `To: ${to}`, "From: MAILER-DAEMON@mx.example.net"],
      type: "delivery-status",
      text: "Failed.",
      fieldsType: "message/global-delivery-status",
      fields: [
        "Reporting-MTA: dns; mx.example.net",
        "",
        "Final-Recipient: utf-8; zoë@example.org",
        "Action: failed",
        "Status: 5.2.1",
        "Diagnostic-Code: smtp; 550 5.2.1 Das Postfach ist stillgelegt – für immer",
      ],
    }),
  delayed: (to: string) =>
    report({
      header: [
        "Return-Path: <>",
        `To: ${to}`,
        "From: MAILER-DAEMON@mx.example.net (Mail Delivery System)",
        "Subject: Delayed Mail (still being retried)",
      ],
      type: "delivery-status",
      text: "It is not delivered yet, and will be tried again.",
      fields: [
        "Reporting-MTA: dns; mx.example.net",
        "",
        "Final-Recipient: rfc822; zoe@example.org",
        "Action: delayed",
        "Status: 4.4.1",
        "Will-Retry-Until: Fri, 4 Dec 2026 10:11:10 +0000 (UTC)",
      ],
    }),
  delivered: (to: string) =>
    report({
      header: ["Return-Path: <>", `To: ${to}`, "From: MAILER-DAEMON@mx.example.net"],
      type: "delivery-status",
      text: "Delivered.",
      fields: [
        "Reporting-MTA: dns; mx.example.net",
        "",
        "Final-Recipient: rfc822; zoe@example.org",
        "Action: delivered",
        "Status: 2.0.0",
      ],
    }),
  qmail: (to: string) =>
    message(
      [
        "Return-Path: <>",
        `Delivered-To: ${to}`,
        "Date: 29 Nov 2026 10:11:12 -0000",
        "From: MAILER-DAEMON@q.example.net",
        `To: ${to}`,
        "Subject: failure notice",
      ],
      [
        "Hi. This is the mail program at q.example.net.",
        "",
        "<zoe@example.org>:",
        "Sorry, no mailbox here by that name. (#5.1.1)",
      ],
    ),
  oldExim: (to: string) =>
    message(
      [
        "Return-path: <>",
        "X-Failed-Recipients: zoe@example.org",
        "Auto-Submitted: auto-replied",
        "From: Mail Delivery System <Mailer-Daemon@relay.example.net>",
        `To: ${to}`,
        "Subject: Mail delivery failed: returning message to sender",
        "Message-Id: <E1rAbCd-0001ab-2D@relay.example.net>",
      ],
      ["A message that you sent could not be delivered.", "  zoe@example.org", "    retry timeout"],
    ),
  appliance: (to: string) =>
    message(
      ["Return-Path: <>", `To: ${to}`, "From: Gateway <filter@example.org>", "Subject: Not taken"],
      ["Your message was not taken."],
    ),
};
