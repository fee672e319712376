import { closeSync, openSync, writeSync } from "node:fs";
import { type Clock, newId } from "@mailwright/platform";
import { Lines } from "./lines.ts";
import type { Message } from "./message.ts";

/** One acceptance. `n` counts from 1 in the order of acceptance; `headers` are null once the message is let go. */
export interface LedgerItem {
  n: number;
  /** ISO 8601. */
  at: string;
  key: string | null;
  to: string;
  subject: string;
  message_id: string;
  username: string;
  headers: Record<string, string> | null;
}

export interface LedgerPage {
  items: LedgerItem[];
  /** What `after` has to be for the page that follows; null if there is none yet. */
  next: number | null;
}

export interface LedgerSummary {
  accepted: number;
  distinct_keys: number;
  /** Acceptances without a key, which are in no other count of keys. */
  without_key: number;
  /** Keys that were accepted more than once: duplicates that somebody's inbox would show. */
  repeated: { key: string; accepted: number }[];
  /** Acceptances that were answered again because their Idempotency-Key was known. */
  replayed: number;
  /** How often each status was answered. */
  answers: Record<string, number>;
  /** Requests whose connection was cut or left hanging. */
  unanswered: number;
}

/** So many of the newest messages are kept whole, but for those with longer parts than any email has. */
const KEPT_MESSAGES = 1_000;
const MAX_KEPT_LENGTH = 500_000;
/** Longer texts are cut: the ledger holds a million lines. */
const MAX_TEXT = 1_000;

/** What the stand-in accepted, and what it answered. Append-only; it forgets only when it is told to. */
export class Ledger implements Disposable {
  private readonly lines = new Lines();
  private readonly recent: (Message | undefined)[] = [];
  private readonly keys = new Set<string>();
  /** How often each key was accepted that was accepted more than once. */
  private readonly repeated = new Map<string, number>();
  private readonly answers = new Map<number, number>();
  private readonly file: number | undefined;
  /** Dozens of messages are accepted within a millisecond; its text is made once. */
  private now = { ms: NaN, iso: "" };
  private withoutKey = 0;
  private unanswered = 0;
  private replayed = 0;

  constructor(
    private readonly clock: Clock,
    file?: string,
  ) {
    this.file = file === undefined ? undefined : openSync(file, "a");
  }

  get accepted(): number {
    return this.lines.length;
  }

  /** Takes a message and answers its id. It is in the file, if there is one, when this returns. */
  accept(message: Message, username: string, key: string | null): string {
    const n = this.lines.length + 1;
    const message_id = newId();
    const line = JSON.stringify({
      n,
      at: this.isoNow(),
      key: key && cut(key),
      to: cut(message.to.email),
      subject: cut(message.subject),
      message_id,
      username: cut(username),
    });
    // First, so that a full disk refuses the message instead of losing its line.
    if (this.file !== undefined) writeSync(this.file, `${line}\n`);
    this.lines.append(line);
    this.recent[n % KEPT_MESSAGES] =
      message.text.length + (message.html?.length ?? 0) <= MAX_KEPT_LENGTH ? message : undefined;
    this.count(key);
    return message_id;
  }

  answered(status: number): void {
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
  }

  leftUnanswered(): void {
    this.unanswered += 1;
  }

  answeredAgain(status: number): void {
    this.answered(status);
    this.replayed += 1;
  }

  page(after: number, limit: number): LedgerPage {
    const items: LedgerItem[] = [];
    const end = Math.min(after + limit, this.accepted);
    for (let n = after + 1; n <= end; n += 1) items.push(this.itemAt(n));
    return { items, next: end < this.accepted ? end : null };
  }

  /** The newest first. */
  newest(limit: number): LedgerItem[] {
    return this.page(Math.max(0, this.accepted - limit), limit).items.toReversed();
  }

  item(n: number): LedgerItem | undefined {
    return Number.isInteger(n) && n >= 1 && n <= this.accepted ? this.itemAt(n) : undefined;
  }

  /** The whole message, as long as it is among the newest. */
  message(n: number): Message | undefined {
    const kept = n >= 1 && n <= this.accepted && n > this.accepted - KEPT_MESSAGES;
    return kept ? this.recent[n % KEPT_MESSAGES] : undefined;
  }

  summary(): LedgerSummary {
    return {
      accepted: this.accepted,
      distinct_keys: this.keys.size,
      without_key: this.withoutKey,
      repeated: [...this.repeated].map(([key, accepted]) => ({ key, accepted })),
      replayed: this.replayed,
      answers: Object.fromEntries(this.answers),
      unanswered: this.unanswered,
    };
  }

  /** Forgets everything; the file stays as it is. */
  clear(): void {
    this.lines.clear();
    this.recent.length = 0;
    this.keys.clear();
    this.repeated.clear();
    this.withoutKey = 0;
    this.answers.clear();
    this.unanswered = 0;
    this.replayed = 0;
  }

  [Symbol.dispose](): void {
    if (this.file !== undefined) closeSync(this.file);
  }

  private count(key: string | null): void {
    if (key === null) this.withoutKey += 1;
    else if (!this.keys.has(key)) this.keys.add(key);
    else this.repeated.set(key, (this.repeated.get(key) ?? 1) + 1);
  }

  private isoNow(): string {
    const now = this.clock.now();
    if (now !== this.now.ms) this.now = { ms: now, iso: new Date(now).toISOString() };
    return this.now.iso;
  }

  private itemAt(n: number): LedgerItem {
    const line = JSON.parse(this.lines.at(n - 1)) as Omit<LedgerItem, "headers">;
    const message = this.message(n);
    return { ...line, headers: message === undefined ? null : (message.headers ?? {}) };
  }
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : text.slice(0, MAX_TEXT);
}
