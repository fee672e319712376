import type { EmailRecord } from "@mailwright/email_machine";
import {
  BATCH_SIZE,
  type Batch,
  type Control,
  type JournalEntry,
  type Recipient,
  type Report,
  type Suppressed,
} from "@mailwright/protocol";
import { batchKeys, campaignKey, controlKey, markKey, type Shard, shardOf } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { MARK_KEPT_S, type Marks, NO_MARKS } from "./marks.ts";
import { controlOf, setControl } from "./journal-control.ts";
import { commands, type JournalCommands, type Taking } from "./journal-commands.ts";
import { countJournal, type JournalCounts } from "./journal-counts.ts";
import { isSuppressed, suppress } from "./journal-suppressed.ts";
import { asLost, initialRecord } from "./initial-record.ts";
import { pastOf } from "./past.ts";

/**
 * The journal: the email client's record of work in progress, in Redis.
 *
 * - head: a batch's campaign, content, gateway and fence
 * - fence: a number that every claim raises; a write with an older one is refused, so a worker that was frozen past its
 *   lock can never overwrite what its successor wrote
 * - record: where one email stands (the machine's plain record)
 * - outbox: reports that web has not acknowledged; a record and its report are written together or not at all
 */
export interface Journal {
  /** Writes a batch down. */
  take(batch: Batch): Promise<Taking>;
  /** What a batch is, without its emails; undefined when the journal does not have it or nothing of it is left. */
  head(batch: string): Promise<BatchHead | undefined>;
  /** Raises the fence and reads the batch; undefined when the journal does not have it. */
  claim(batch: string): Promise<Claim | undefined>;
  /** Writes transitions of several batches of one shard in one step, each behind its claim's fence. */
  commit(work: { claim: Claim; transitions: Transition[] }[]): Promise<Commit[]>;
  shardOf(batch: string): Shard;
  /** What a batch holds now, without touching its fence. */
  read(batch: string): Promise<{ done: boolean; emails: JournalEntry[] } | undefined>;
  /** The batch of a live email. */
  find(email: string): Promise<string | undefined>;
  /**
   * Sets what a campaign may do, unless a later order was heard, and says what stands then; one that is cancelled stays so,
   * whatever comes after.
   */
  setControl(campaign: string, wanted: Control): Promise<Required<Control>>;
  /** What the campaign of a batch may do. Asking keeps the answer for another while. */
  control({ batch, campaign }: Pick<Claim, "batch" | "campaign">): Promise<Control["state"]>;
  /** Whether one of these emails, by id and run, must not be attempted any more. */
  isSuppressed(claim: Pick<Claim, "batch">, ...emails: Suppressed["emails"]): Promise<boolean>;
  liveBatches(campaign: string): Promise<string[]>;
  /** Refuses attempts of emails, by id and run, from `now` on, also if they come later; answers the batches of those here. */
  suppress(emails: Suppressed["emails"], now: number): Promise<string[]>;
  counts(): Promise<JournalCounts>;
}

export interface BatchHead {
  batch: string;
  campaign: string;
  content: string;
  gateway: string;
}

/** A batch in the hands of one worker. */
export interface Claim extends BatchHead {
  fence: number;
  /** Ids of the emails whose recipients must not be mailed any more. */
  suppressed: ReadonlySet<string>;
  emails: LiveEmail[];
}

/** One email in the hands of a worker. Its recipient is there until it has settled. */
export interface LiveEmail {
  id: string;
  recipient: Recipient | undefined;
  record: EmailRecord;
}

export interface Transition {
  id: string;
  /** An attempt begins (and needs a running campaign), the email settles, or neither. */
  kind: "start" | "settle" | "proceed";
  /** The record that the transition was made from: it is written onto that one or not at all. */
  before: EmailRecord;
  record: EmailRecord;
  report: Report;
}

/**
 * `stale`: another worker has the batch now. Otherwise `refused` names the starts that the campaign's control forbade,
 * `suppressed` those of emails whose recipient must not be mailed any more, and `conflicts` the emails whose record was not
 * the one expected: Redis was set back, and the batch has to be claimed anew.
 */
export type Commit =
  | "stale"
  | {
      control: Control["state"];
      refused: Set<string>;
      conflicts: Set<string>;
      suppressed: Set<string>;
    };

export function createJournal(
  redis: RedisClient,
  shards: readonly Shard[],
  emailsLimit: number,
  marks: Marks = NO_MARKS,
): Journal {
  const scripts = commands(redis);
  const limit = Math.max(BATCH_SIZE, Math.ceil(emailsLimit / shards.length));
  return {
    take: (batch) => take(scripts, shardOf(shards, batch.batch), batch, limit),
    async head(batch) {
      const { head } = batchKeys(shardOf(shards, batch), batch);
      const { campaign, content, gateway, done } = await redis.hgetall(head);
      if (done !== undefined || !campaign || !content || !gateway) return undefined;
      return { batch, campaign, content, gateway };
    },
    claim: (batch) => claim(scripts, shardOf(shards, batch), batch),
    commit: (work) => commit(scripts, shards, marks, work),
    shardOf: (batch) => shardOf(shards, batch),
    read: (batch) => read(redis, shardOf(shards, batch), batch),
    async find(email) {
      const found = await Promise.all(shards.map((shard) => redis.hget(shard.index, email)));
      return found.find((batch) => batch !== null) ?? undefined;
    },
    setControl: (campaign, wanted) => setControl(scripts, shards, campaign, wanted),
    control: ({ batch, campaign }) => controlOf(redis, shardOf(shards, batch), campaign),
    isSuppressed: ({ batch }, ...emails) => isSuppressed(redis, shardOf(shards, batch), emails),
    async liveBatches(campaign) {
      const members = await Promise.all(
        shards.map((shard) => redis.smembers(campaignKey(shard, campaign))),
      );
      return members.flat();
    },
    suppress: (emails, now) => suppress(scripts, shards, emails, now),
    counts: () => countJournal(redis, shards),
  };
}

async function take(
  scripts: JournalCommands,
  shard: Shard,
  batch: Batch,
  limit: number,
): Promise<Taking> {
  const { head, recipients, records, dropped } = batchKeys(shard, batch.batch);
  const fields = batch.recipients.flatMap((recipient) => {
    const record = initialRecord(recipient);
    return [recipient.id, JSON.stringify(recipient), JSON.stringify(record), record.state];
  });
  const taken = await scripts.take(
    [
      head,
      recipients,
      records,
      shard.index,
      campaignKey(shard, batch.campaign),
      shard.counts,
      shard.continuity,
      dropped,
      shard.lost,
    ],
    [batch.batch, batch.campaign, batch.content, batch.gateway, limit, pastOf(batch), ...fields],
  );
  return taken === "dropped" ? take(scripts, shard, asLost(batch), limit) : taken;
}

async function claim(
  scripts: JournalCommands,
  shard: Shard,
  batch: string,
): Promise<Claim | undefined> {
  const { head, recipients, records } = batchKeys(shard, batch);
  const found = await scripts.claim([head, recipients, records, shard.suppressed], []);
  if (found === null) return undefined;
  const [fence, campaign, content, gateway, recipientPairs, recordPairs, suppressed] = found;
  const recipientOf = new Map(pairs(recipientPairs));
  return {
    batch,
    fence,
    campaign,
    content,
    gateway,
    suppressed: new Set(suppressed),
    emails: pairs(recordPairs).map(([id, record]) => {
      const recipient = recipientOf.get(id);
      return {
        id,
        record: JSON.parse(record) as EmailRecord,
        recipient: recipient === undefined ? undefined : (JSON.parse(recipient) as Recipient),
      };
    }),
  };
}

async function commit(
  scripts: JournalCommands,
  shards: readonly Shard[],
  marks: Marks,
  work: { claim: Claim; transitions: Transition[] }[],
): Promise<Commit[]> {
  const first = work[0];
  if (first === undefined) return [];
  const shard = shardOf(shards, first.claim.batch);
  const number = marks.next();
  const answers = await scripts.commit(
    [
      shard.outbox,
      shard.counts,
      shard.continuity,
      markKey(shard, marks.writer),
      shard.suppressed,
      ...work.flatMap(({ claim: { batch, campaign } }) => {
        const { head, recipients, records } = batchKeys(shard, batch);
        return [head, recipients, records, controlKey(shard, campaign)];
      }),
    ],
    [
      number,
      marks.highest(shard),
      MARK_KEPT_S,
      ...work.flatMap(({ claim: { batch, campaign, fence }, transitions }) => [
        batch,
        campaign,
        fence,
        transitions.length,
        ...transitions.flatMap(transitionArguments),
      ]),
    ],
  );
  marks.acknowledged(shard, number);
  return answers.map((answer) =>
    answer === "stale"
      ? answer
      : {
          control: answer[0],
          refused: new Set(answer[1]),
          conflicts: new Set(answer[2]),
          suppressed: new Set(answer[3]),
        },
  );
}

function transitionArguments({ id, kind, before, record, report }: Transition): string[] {
  return [
    id,
    kind,
    before.state,
    record.state,
    JSON.stringify(before),
    JSON.stringify(record),
    JSON.stringify(report),
  ];
}

async function read(
  redis: RedisClient,
  shard: Shard,
  batch: string,
): Promise<{ done: boolean; emails: JournalEntry[] } | undefined> {
  const { head, records } = batchKeys(shard, batch);
  const [campaign, done] = await redis.hmget(head, "campaign", "done");
  if (campaign === null) return undefined;
  const emails = Object.entries(await redis.hgetall(records)).map(([id, text]) => {
    const { run, seq, state, attempt, due } = JSON.parse(text) as EmailRecord;
    return { id, run, seq, state, attempt, ...(due !== undefined && { due }) };
  });
  return { done: done === "1", emails };
}

function pairs(flat: string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) result.push([flat[i] as string, flat[i + 1] as string]);
  return result;
}
