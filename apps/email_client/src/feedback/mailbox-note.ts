import { type MailboxFault, type MailboxHealth, shortDetail } from "@mailwright/protocol";
import { feedbackKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { writeNote } from "./note.ts";

/** What reading a mailbox came to. */
export type MailboxReading =
  | { kind: "read"; told: number; others: number }
  | { kind: "failed"; fault: MailboxFault; detail: string };

/** How a mailbox stands. What was noted of another one than this says nothing of it. */
interface NotedMailbox extends MailboxHealth {
  mailbox: string;
}

/**
 * Notes what reading a gateway's bounce mailbox came to. Whoever has the turn to read it is alone with it; should another one
 * come in between all the same, the beginning of a failure is wrong by a turn at the most.
 */
export async function noteMailbox(
  redis: RedisClient,
  gateway: string,
  mailbox: string,
  reading: MailboxReading,
  now: number,
): Promise<void> {
  const before = mailboxHealth(
    (await redis.hget(feedbackKey(gateway), "mailbox")) ?? undefined,
    mailbox,
  );
  const noted: NotedMailbox = { mailbox, ...after(before, reading, now) };
  const facts = reading.kind === "read" ? reading.told : 0;
  const last = { mailbox: JSON.stringify(noted) };
  await writeNote(redis, gateway, { last, counts: { facts } }, now);
}

/** What a note says of the mailbox that is set now. */
export function mailboxHealth(text: string | undefined, mailbox: string): MailboxHealth {
  if (text === undefined) return {};
  const { mailbox: noted, ...health } = JSON.parse(text) as NotedMailbox;
  return noted === mailbox ? health : {};
}

function after(before: MailboxHealth, reading: MailboxReading, now: number): MailboxHealth {
  if (reading.kind === "read") {
    const { told, others } = reading;
    return { read: { at: now, told, others } };
  }
  const { fault, detail } = reading;
  const since = before.failing?.since ?? now;
  return { ...before, failing: { since, at: now, fault, detail: shortDetail(detail) } };
}
