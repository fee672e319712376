import type { Log } from "@mailwright/platform";
import { parseFactsAnswer, type ServiceClient, type ToldFacts } from "@mailwright/protocol";
import type { Outbound } from "../gateways/outbound.ts";
import { bounceCursorKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { type Identify, readBounceMessage } from "./bounce-message.ts";
import { MESSAGE_BYTES, type OpenMailbox, openMailbox } from "./imap.ts";
import { type BounceMailbox, mailboxName } from "./settings.ts";

export interface ReadContext {
  redis: RedisClient;
  web: ServiceClient;
  log: Log;
  outbound: Outbound;
}

/** What one reading of a mailbox came to. */
export interface MailboxRead {
  /** Bounces, complaints and deliveries that web has now. */
  told: number;
  ignored: number;
  /** Somebody else's. */
  leftAlone: number;
}

/** The mailbox can be read, and web does not take what is in it. */
export class NotTakenError extends Error {
  override readonly name = "NotTakenError";
}

/** Fetched and told at once. */
const MOST_MESSAGES = 50;
/**
 * And no more bytes than one message may have: with 50 of the largest, 13 MB, a link of less than 2 Mbit/s was not done by the end
 * of any turn, and began with the same ones again in the next.
 */
const MOST_BYTES = MESSAGE_BYTES;

/**
 * Reads what has come into a gateway's bounce mailbox since it was read last. A message is put away only when web has
 * committed what it tells, and the place is noted only after that: whatever breaks off in between is read again, told again
 * and counted once. Throws when the server, web or Redis does not do its part.
 */
export async function readMailbox(
  gateway: ToldFacts["gateway"],
  mailbox: BounceMailbox,
  identify: Identify,
  { redis, web, log, outbound }: ReadContext,
  signal: AbortSignal,
): Promise<MailboxRead> {
  await using open = await openMailbox(mailbox, signal, outbound);
  const total: MailboxRead = { told: 0, ignored: 0, leftAlone: 0 };
  const folder = `${mailboxName(mailbox)}/${open.validity}`;
  const uids = await open.uidsFrom((await readCursor(redis, gateway.id, folder)) + 1);
  for await (const portion of portions(open, uids)) {
    const read = await readPortion(open, portion, identify);
    if (read.facts.length > 0) await tell(web, { gateway, facts: read.facts }, log, signal);
    await open.putAway(read.handled);
    await writeCursor(redis, gateway.id, { folder, uid: portion.at(-1) ?? 0 });
    total.told += read.facts.length;
    total.ignored += read.handled.length - read.facts.length;
    total.leftAlone += portion.length - read.handled.length;
  }
  return total;
}

/** What is fetched at once, in order: each a message at least. */
async function* portions(open: OpenMailbox, uids: readonly number[]): AsyncGenerator<number[]> {
  for (let start = 0; start < uids.length; start += MOST_MESSAGES) {
    const candidates = uids.slice(start, start + MOST_MESSAGES);
    const sizes = await open.sizes(candidates);
    let portion: number[] = [];
    let bytes = 0;
    for (const uid of candidates) {
      const size = sizes.get(uid) ?? 0;
      if (portion.length > 0 && bytes + size > MOST_BYTES) {
        yield portion;
        portion = [];
        bytes = 0;
      }
      portion.push(uid);
      bytes += size;
    }
    yield portion;
  }
}

async function readPortion(
  open: OpenMailbox,
  uids: readonly number[],
  identify: Identify,
): Promise<{ facts: ToldFacts["facts"]; handled: number[] }> {
  const facts: ToldFacts["facts"] = [];
  const handled: number[] = [];
  for (const { uid, raw, receivedAt } of await open.fetch(uids)) {
    const reading = await readBounceMessage(raw, receivedAt, identify);
    if (reading.kind === "other") continue;
    handled.push(uid);
    if (reading.kind === "fact") facts.push(reading.fact);
  }
  return { facts, handled };
}

async function tell(
  web: ServiceClient,
  told: ToldFacts,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const answer = await web.call("POST", "/internal/facts", told, parseFactsAnswer, signal);
  if (answer.kind !== "ok") {
    const why = answer.kind === "refused" ? `${answer.status}: ${answer.why}` : answer.why;
    throw new NotTakenError(`web did not take what was told: ${why}`);
  }
  const { unknown } = answer.value;
  if (unknown > 0)
    log.warn({ gateway: told.gateway.id, unknown }, "bounces are of emails that are gone");
}

interface Cursor {
  /** Whose UIDs it counts in. */
  folder: string;
  uid: number;
}

async function readCursor(redis: RedisClient, gateway: string, folder: string): Promise<number> {
  const text = await redis.get(bounceCursorKey(gateway));
  const cursor = text === null ? undefined : (JSON.parse(text) as Cursor);
  return cursor?.folder === folder ? cursor.uid : 0;
}

async function writeCursor(redis: RedisClient, gateway: string, cursor: Cursor): Promise<void> {
  await redis.set(bounceCursorKey(gateway), JSON.stringify(cursor));
}
