/**
 * Every key of the email client. What changes together lies in one shard, whose name is the keys' hash tag, so that one
 * Lua call can reach it on a Redis Cluster too. A batch belongs to the shard that its id falls into.
 */
export interface Shard {
  name: string;
  /** What BullMQ puts before its own keys. */
  queuePrefix: string;
  /** Stream of reports that web has not acknowledged. */
  outbox: string;
  /** Hash: email id -> batch id, of every live email. */
  index: string;
  /** Hash: live emails by state, and `outbox`: reports that wait for web. */
  counts: string;
  /** Sorted set: `<email id> <run>` of emails that must not be attempted any more, by when that was said. */
  suppressed: string;
  /** Hash: which life of Redis the shard is open in; see batches/continuity.ts. */
  continuity: string;
  /** Sorted set: processes by when they were last heard of. */
  alive: string;
  /** Set: processes that have not been heard since Redis was restarted. */
  awaited: string;
  /** When this shard last lost what Redis had acknowledged: Redis's time, in milliseconds. */
  lost: string;
}

export function createShards(count: number): Shard[] {
  return Array.from({ length: count }, (_, number) => {
    const name = `{mw-${number}}`;
    return {
      name,
      queuePrefix: `${name}:queue`,
      outbox: `${name}:outbox`,
      index: `${name}:index`,
      counts: `${name}:counts`,
      suppressed: `${name}:suppressed`,
      continuity: `${name}:continuity`,
      alive: `${name}:alive`,
      awaited: `${name}:awaited`,
      lost: `${name}:lost`,
    };
  });
}

/** The shard of a batch: its last bits are random (UUIDv7), so the shards fill evenly. */
export function shardOf(shards: readonly Shard[], batch: string): Shard {
  return shards[Number.parseInt(batch.slice(-8), 16) % shards.length] as Shard;
}

export const batchKeys = (shard: Shard, batch: string) => ({
  /** Hash: campaign, content, gateway, fence; `done` once every end was acknowledged. */
  head: `${shard.name}:batch:${batch}`,
  /** Hash: email id -> recipient, until the email has settled. */
  recipients: `${shard.name}:recipients:${batch}`,
  /** Hash: email id -> record, until its end was acknowledged. */
  records: `${shard.name}:records:${batch}`,
  /** Whether it was dropped a short time ago, because Redis was set back. */
  dropped: `${shard.name}:dropped:${batch}`,
});

export const controlKey = (shard: Shard, campaign: string) => `${shard.name}:control:${campaign}`;
/** The number of the latest order that a campaign was given. */
export const orderKey = (shard: Shard, campaign: string) => `${shard.name}:order:${campaign}`;
/** Set of the campaign's live batches in this shard. */
export const campaignKey = (shard: Shard, campaign: string) => `${shard.name}:campaign:${campaign}`;

/** Hash: email id, run and attempt -> how that attempt ended; see batches/testimony.ts. */
export const testimonyKey = (shard: Shard, batch: string) => `${shard.name}:testimony:${batch}`;

/** The number of what a process wrote last. */
export const markKey = (shard: Shard, writer: string) => `${shard.name}:mark:${writer}`;

/** Into how many shards the journal is split. */
export const shardsKey = "mw:shards";
export const contentKey = (hash: string) => `mw:content:${hash}`;
export const nonceKey = (nonce: string) => `mw:nonce:${nonce}`;
export const gatewaysKey = "mw:gateways";
/** Set once it was decided whether to make a first gateway, so that one somebody deleted is not made again. */
export const firstGatewayOfferedKey = "mw:first-gateway-offered";
/** Hash: recipient domain, or nothing for all -> how far a gateway is slowed down; see gateways/slowdown.ts. */
export const slowdownKey = (gateway: string) => `mw:slowed:{${gateway}}`;
/** Hash: outcome -> how many attempts came to it in a minute since the Unix epoch. */
export const outcomesKey = (gateway: string, minute: number) =>
  `mw:outcomes:{${gateway}}:${minute}`;
/** A gateway's rate, or one of a recipient domain's through it; what belongs to one gateway lies in one slot. */
export const rateKey = (gateway: string, rate: number | null, domain?: string) =>
  `mw:rate:{${gateway}}:${rate}${domain === undefined ? "" : `:${domain}`}`;
/** Hash: what came back last of a gateway's emails; see feedback/feedback.ts. */
export const feedbackKey = (gateway: string) => `mw:feedback:{${gateway}}`;
/** Hash: what came back -> how much of it on a day since the Unix epoch. */
export const feedbackDayKey = (gateway: string, day: number) => `mw:feedback:{${gateway}}:${day}`;
/** With which body a token came to a gateway's webhook first; see webhooks/tokens.ts. */
export const webhookTokenKey = (digest: string) => `mw:told:${digest}`;
/** How far a gateway's bounce mailbox has been read. */
export const bounceCursorKey = (gateway: string) => `mw:bounces:${gateway}:cursor`;
/** Held by the process that reads it now, until it is due again. */
export const bounceTurnKey = (gateway: string) => `mw:bounces:${gateway}:turn`;
