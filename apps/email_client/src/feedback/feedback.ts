import type { DayOfFeedback, GatewayFeedback, WebhookHealth } from "@mailwright/protocol";
import { bounceMailbox, mailboxName } from "../bounces/settings.ts";
import { adapterOf } from "../gateways/kinds.ts";
import { feedbackDayKey, feedbackKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { type GatewayRecord, readGateway } from "../settings/gateway-records.ts";
import { mailboxHealth } from "./mailbox-note.ts";
import { DAY_MS, KEPT_DAYS } from "./note.ts";

/** Whether what becomes of a gateway's emails comes back, over all processes; undefined when there is no such gateway. */
export async function readFeedback(
  redis: RedisClient,
  gateway: string,
  now: number,
): Promise<GatewayFeedback | undefined> {
  const record = await readGateway(redis, gateway);
  if (record === undefined) return undefined;
  const [last, days] = await Promise.all([
    redis.hgetall(feedbackKey(gateway)),
    readDays(redis, gateway, now),
  ]);
  const mailbox = mailboxOf(record);
  return {
    at: now,
    ...(mailbox !== undefined && { mailbox: mailboxHealth(last["mailbox"], mailbox) }),
    ...(adapterOf(record.kind)?.webhook !== undefined && { webhooks: webhookHealth(last) }),
    days,
  };
}

/** Since when a gateway's bounce mailbox cannot be read; undefined when it can be, or when it has none. */
export async function mailboxFailingSince(
  redis: RedisClient,
  record: Pick<GatewayRecord, "id" | "settings">,
): Promise<number | undefined> {
  const mailbox = mailboxOf(record);
  if (mailbox === undefined) return undefined;
  const noted = await redis.hget(feedbackKey(record.id), "mailbox");
  return mailboxHealth(noted ?? undefined, mailbox).failing?.since;
}

/** The name of the mailbox that is set now. */
function mailboxOf({ settings }: Pick<GatewayRecord, "settings">): string | undefined {
  const mailbox = bounceMailbox(settings, {});
  return mailbox && mailboxName(mailbox);
}

function webhookHealth({ taken, refused }: Record<string, string>): WebhookHealth {
  return {
    ...(taken !== undefined && { taken_at: Number(taken) }),
    ...(refused !== undefined && {
      refused: JSON.parse(refused) as NonNullable<WebhookHealth["refused"]>,
    }),
  };
}

async function readDays(
  redis: RedisClient,
  gateway: string,
  now: number,
): Promise<DayOfFeedback[]> {
  const today = Math.floor(now / DAY_MS);
  const days = Array.from({ length: KEPT_DAYS }, (_, index) => today - index).toReversed();
  const counted = await Promise.all(
    days.map(async (day) => ({ day, counts: await redis.hgetall(feedbackDayKey(gateway, day)) })),
  );
  return counted
    .filter(({ counts }) => Object.keys(counts).length > 0)
    .map(({ day, counts }) => ({
      at: day * DAY_MS,
      facts: Number(counts["facts"] ?? 0),
      webhooks: Number(counts["webhooks"] ?? 0),
      refused: Number(counts["refused"] ?? 0),
    }));
}
