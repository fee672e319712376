import type { SegmentIds } from "./seed-segments.ts";
import type { TemplateIds } from "./seed-templates.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A campaign of the demonstration: what it is, and how far it has come. */
export interface Plan {
  name: string;
  template_id: string;
  segment_ids: string[];
  ending: "draft" | "finished" | "cancelled" | "paused";
  created: Date;
  launched: Date;
}

interface Made {
  segments: SegmentIds;
  templates: TemplateIds;
}

/**
 * So many campaigns, the oldest first. The first four show a campaign each of its ends; any further ones are readers'
 * letters that were sent a week apart before those.
 */
export function planCampaigns(
  count: number,
  { segments, templates }: Made,
  now: number,
  named: (name: string) => string,
): Plan[] {
  const plan = (
    name: string,
    ending: Plan["ending"],
    ageMs: number,
    template_id: string,
    segment_ids: string[],
  ): Plan => ({
    name: named(name),
    ending,
    template_id,
    segment_ids,
    created: new Date(now - ageMs - 2 * HOUR_MS),
    launched: new Date(now - ageMs),
  });
  const four = [
    plan("Reading room opening", "finished", 6 * DAY_MS, templates.announcement, [
      segments.newsletter,
      segments.bookClub,
    ]),
    plan("Free parcels in October", "cancelled", 4 * DAY_MS, templates.order, [segments.buyers]),
    plan("Eleven new books", "paused", 5 * HOUR_MS, templates.letter, [segments.newsletter]),
    plan("Welcome to those who are new", "draft", HOUR_MS, templates.letter, [segments.newcomers]),
  ];
  const letters = Array.from({ length: Math.max(0, count - four.length) }, (_, index) =>
    plan(
      `Readers’ letter ${index + 1}`,
      "finished",
      (6 + 7 * (index + 1)) * DAY_MS,
      templates.letter,
      [index % 3 === 2 ? segments.bookClub : segments.newsletter],
    ),
  );
  return [...letters.toReversed(), ...four.slice(0, count)];
}
