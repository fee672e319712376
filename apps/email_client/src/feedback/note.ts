import type { DayOfFeedback } from "@mailwright/protocol";
import { feedbackDayKey, feedbackKey } from "../redis/keys.ts";
import type { RedisClient } from "../redis/open.ts";
import { defineScript } from "../redis/script.ts";
import noteLua from "./lua/note.lua" with { type: "text" };

export const DAY_MS = 86_400_000;
const DAY_S = 86_400;

/** So many days are counted, today among them. */
export const KEPT_DAYS = 7;

/** A gateway's last notes are kept for a year after the latest. */
const KEPT_S = 366 * DAY_S;

/** What is noted of a gateway, each field by itself, so that several processes can. */
export interface Note {
  last: { mailbox?: string; taken?: string; refused?: string };
  counts: Partial<Record<keyof Omit<DayOfFeedback, "at">, number>>;
}

/** Writes a note in one call. */
export async function writeNote(
  redis: RedisClient,
  gateway: string,
  { last, counts }: Note,
  now: number,
): Promise<void> {
  const write = defineScript<number>(redis, "mwNoteFeedback", noteLua);
  const fields = Object.entries(last);
  const more = Object.entries(counts).filter(([, count]) => count > 0);
  await write(
    [feedbackKey(gateway), feedbackDayKey(gateway, Math.floor(now / DAY_MS))],
    [KEPT_S, (KEPT_DAYS + 1) * DAY_S, fields.length, ...fields.flat(), ...more.flat()],
  );
}
