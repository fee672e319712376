import { createHmac } from "node:crypto";
import { type Clock, newId } from "@mailwright/platform";
import type { LedgerItem } from "./ledger.ts";

/** What the stand-in can say became of a message. */
export const FATES = {
  delivered: { label: "Delivered", event: { type: "delivered" } },
  hard: {
    label: "Hard bounce",
    event: {
      type: "bounced",
      bounce: "hard",
      status: "5.1.1",
      detail: "550 5.1.1 The mailbox does not exist.",
    },
  },
  soft: {
    label: "Soft bounce",
    event: {
      type: "bounced",
      bounce: "soft",
      status: "4.2.2",
      detail: "452 4.2.2 The mailbox is full.",
    },
  },
  block: {
    label: "Block",
    event: {
      type: "bounced",
      bounce: "block",
      status: "5.7.1",
      detail: "554 5.7.1 The message was taken for spam.",
    },
  },
  complaint: { label: "Complaint", event: { type: "complained" } },
} as const;
export type Fate = keyof typeof FATES;

export function isFate(text: unknown): text is Fate {
  return typeof text === "string" && text in FATES;
}

/** Of every twenty messages one bounces hard, one softly, one is blocked, and one is delivered and complained about. */
export function usualFates({ n }: LedgerItem): Fate[] {
  switch (n % 20) {
    case 3:
      return ["hard"];
    case 8:
      return ["soft"];
    case 13:
      return ["block"];
    case 18:
      return ["delivered", "complaint"];
    default:
      return ["delivered"];
  }
}

export interface TellerOptions {
  url: string;
  secret: string;
  clock: Clock;
}

/** How long whoever is told has to answer. */
const PATIENCE_MS = 15_000;

/**
 * Tells what became of messages, in one call, as the seed gateway's webhooks do: signed by Standard Webhooks. The same fate of
 * the same message is the same event, so it can be told again to see that nothing comes of it. Answers what came back, in words.
 */
export async function tell(
  { url, secret, clock }: TellerOptions,
  fates: readonly (readonly [LedgerItem, Fate])[],
): Promise<string> {
  const timestamp = new Date(clock.now()).toISOString();
  const events = fates.map(([{ key, message_id }, fate]) => ({
    id: `${message_id}-${fate}`,
    email_id: key,
    message_id,
    timestamp,
    ...FATES[fate].event,
  }));
  try {
    const response = await post(url, secret, clock.now(), JSON.stringify(events));
    return `${events.length} told: it answered ${response.status} ${(await response.text()).slice(0, 200)}`;
  } catch (error) {
    return `It could not be reached: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function post(url: string, secret: string, now: number, body: string): Promise<Response> {
  const id = newId();
  const seconds = String(Math.floor(now / 1_000));
  const signature = createHmac("sha256", secret)
    .update(`${id}.${seconds}.${body}`)
    .digest("base64");
  return fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": seconds,
      "webhook-signature": `v1,${signature}`,
    },
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}
