import { report } from "./report.ts";

/** Feedback reports about the email whose return path is `verp`. */
export const COMPLAINTS = {
  /** The reporter names the envelope's sender. */
  withMailFrom: (verp: string, type = "abuse") =>
    report({
      header: [
        "From: <complaints@reports.example.net>",
        "To: fbl@example.com",
        "Subject: Complaint",
        "Message-ID: <arf-1@reports.example.net>",
      ],
      type: "feedback-report",
      text: "This is an email abuse report.",
      fields: [
        `Feedback-Type: ${type}`,
        "User-Agent: Some-Reporter/1.0",
        "Version: 1",
        `Original-Mail-From: <${verp}>`,
        "Original-Rcpt-To: <redacted@example.net>",
        "Arrival-Date: Sun, 29 Nov 2026 10:11:12 GMT",
      ],
      returned: { type: "message/rfc822", lines: ["Subject: Hello", "", "Hello"] },
    }),
  /** Only the header of the message that is sent back names it, and its Return-Path is gone. */
  withHeader: (verp: string) =>
    report({
      header: ["From: <staff@hot.example.net>", "To: bounces@example.com", "Subject: complaint"],
      type: "feedback-report",
      text: "Somebody said that this is junk.",
      fields: ["Feedback-Type: abuse", "User-Agent: Hot/3", "Version: 1"],
      returned: {
        type: "text/rfc822-headers",
        lines: ["Subject: Hello", "X-Mailwright-Return-Path:", ` ${verp}`],
      },
    }),
  /** Only the message that is sent back names it. */
  withMessage: (verp: string) =>
    report({
      header: [
        "From: <staff@mailbox.example.net>",
        "To: bounces@example.com",
        "Subject: complaint",
      ],
      type: "feedback-report",
      text: "Somebody said that this is junk.",
      fields: ["Feedback-Type: abuse", "User-Agent: Mailbox/2", "Version: 0.1"],
      returned: {
        type: "message/rfc822",
        lines: [`Return-Path: ${verp.toUpperCase()}`, "Subject: Hello", "", "Hello"],
      },
    }),
};
