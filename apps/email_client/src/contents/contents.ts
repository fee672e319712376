import type { RetryPolicy } from "@mailwright/email_machine";
import { type Content, contentHash } from "@mailwright/protocol";
import { createRenderer, type Rendered, type Variables } from "@mailwright/template";
import { LRUCache } from "lru-cache";
import { contentKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";

/** What every recipient of a campaign shares, made ready: its templates are compiled once, not once an email. */
export interface ReadyContent {
  content: Content;
  policy: RetryPolicy;
  render(variables: Variables, unsubscribeUrl?: string): Rendered;
}

export interface Contents {
  /** Keeps a content under its hash; false when the hash is not its own. */
  put(hash: string, content: Content): Promise<boolean>;
  has(hash: string): Promise<boolean>;
  get(hash: string): Promise<ReadyContent | undefined>;
}

/** How long a content outlives the last look at it. A batch that waits looks at it all the while. */
const TTL_S = 30 * 86_400;

/** Compiled contents kept in memory: a few campaigns run at once, and compiling one again costs a millisecond. */
const COMPILED = 100;
/** So often one that is in memory is looked at in Redis too. */
const COMPILED_TTL_MS = 3_600_000;

export function createContents(redis: RedisClient): Contents {
  const ready = new LRUCache<string, ReadyContent>({ max: COMPILED, ttl: COMPILED_TTL_MS });
  return {
    async put(hash, content) {
      if (contentHash(content) !== hash) return false;
      await redis.set(contentKey(hash), JSON.stringify(content), "EX", TTL_S);
      return true;
    },
    async has(hash) {
      return (await redis.expire(contentKey(hash), TTL_S)) === 1;
    },
    async get(hash) {
      const cached = ready.get(hash);
      if (cached !== undefined) return cached;
      const text = await redis.getex(contentKey(hash), "EX", TTL_S);
      if (text === null) return undefined;
      const made = makeReady(JSON.parse(text) as Content);
      ready.set(hash, made);
      return made;
    },
  };
}

function makeReady(content: Content): ReadyContent {
  const { attempts, first_wait_s, max_wait_s, max_age_s, when_uncertain } = content.policy;
  return {
    content,
    render: createRenderer(content.template, {
      campaign: content.campaign,
      sender: content.sender,
    }),
    policy: {
      attempts,
      // Whole milliseconds: a due time with a fraction is none that web would take.
      firstWaitMs: Math.round(first_wait_s * 1000),
      maxWaitMs: Math.round(max_wait_s * 1000),
      maxAgeMs: Math.round(max_age_s * 1000),
      whenUncertain: when_uncertain,
    },
  };
}
