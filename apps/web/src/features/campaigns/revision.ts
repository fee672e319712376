/** What decides what a draft sends to whom, each part as a person would say what was changed. */
export type DraftPart = "draft" | "template" | "segments" | "settings" | "default gateway";

/** The parts of a revision in their order; which gateway is the default the email client knows, so it is told beside it. */
const PARTS = ["draft", "template", "segments", "settings"] as const satisfies DraftPart[];

/**
 * What was changed from one revision of a draft to another. Of one that an older Mailwright wrote only the draft's own part can be
 * compared, so of two that differ it may be nothing.
 */
export function changedSince(seen: string, now: string): DraftPart[] {
  const [before, after] = [seen.split(SEPARATOR), now.split(SEPARATOR)];
  return PARTS.filter((_, at) => before[at] !== undefined && before[at] !== after[at]);
}

/** The part of a revision that is the draft's own: whoever changes that undoes no change of its template. */
export function ownRevision(revision: string): string {
  return revision.split(SEPARATOR, 1)[0] ?? "";
}

const SEPARATOR = "/";
