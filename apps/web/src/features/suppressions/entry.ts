import { parseAddress } from "../contacts/address.ts";
import { textOfCell } from "../contacts/cells.ts";
import { oneLine } from "../contacts/one-line.ts";
import { isReason, outweighs, REASONS, type SuppressionReason } from "./reasons.ts";
import { parseMoment } from "./since.ts";

/** The columns of an export, and what of a file or a pasted table is looked at. */
export const ENTRY_FIELDS = ["email", "reason", "origin", "since"] as const;
export type EntryField = (typeof ENTRY_FIELDS)[number];

/** A suppression as a list or a file has it. */
export interface SuppressionEntry {
  canonical: string;
  reason: SuppressionReason;
  origin: string;
  /** ISO 8601, UTC, to the microsecond; undefined where nothing is said, which is now. */
  since: string | undefined;
  /** What else the same list says of the address, and weighs less: it stands beside the reason. */
  former?: Said;
}

/** Why, and who or what says so. */
type Said = Pick<SuppressionEntry, "reason" | "origin">;

/** What holds where a row says nothing. */
export type EntryDefaults = Said;

/** Longer than whatever we write: two names of 200 characters and some words. */
const ORIGIN_LENGTH = 1_000;

/** Reads the cells of a row, in the form in which an export has them, or says what is wrong with one. */
export function readEntry(
  cells: Partial<Record<EntryField, string>>,
  defaults: EntryDefaults,
): SuppressionEntry | { refused: string } {
  const { email = "", reason: why = "", origin = "", since = "" } = cells;
  const address = parseAddress(textOfCell(email.trim()));
  if (!address.ok)
    return { refused: email.trim() === "" ? "There is no email address." : address.message };
  const reason = why.trim().toLowerCase() || defaults.reason;
  if (!isReason(reason)) return { refused: NO_REASON };
  const moment = since.trim() === "" ? undefined : parseMoment(since);
  if (moment === undefined && since.trim() !== "") return { refused: NO_MOMENT };
  return {
    canonical: address.canonical,
    reason,
    origin: originIn(origin) || defaults.origin,
    since: moment,
  };
}

const NO_REASON = `The reason has to be one of ${REASONS.join(", ")}.`;
const NO_MOMENT =
  "The time has to be like 2026-07-31 or 2026-07-31T09:00:00Z, and not before 1970.";

function originIn(cell: string): string {
  return oneLine(textOfCell(cell.trim())).slice(0, ORIGIN_LENGTH);
}

/**
 * What two entries of one address come to: the reason that weighs more, with its origin, and the earlier time. Of what it
 * outweighs, what weighs most stays beside it.
 */
export function mergeEntries(before: SuppressionEntry, entry: SuppressionEntry): SuppressionEntry {
  const times = [before.since, entry.since].filter((since) => since !== undefined).toSorted();
  const said = [before, before.former, entry, entry.former].filter((each) => each !== undefined);
  const { reason, origin } = weightiest(said) ?? before;
  const former = weightiest(said.filter((each) => outweighs(reason, each.reason)));
  return {
    canonical: before.canonical,
    reason,
    origin,
    since: times[0],
    ...(former && { former: { reason: former.reason, origin: former.origin } }),
  };
}

/** The first of those that weigh most. */
function weightiest(said: readonly Said[]): Said | undefined {
  return said.reduce<Said | undefined>(
    (most, each) => (most !== undefined && !outweighs(each.reason, most.reason) ? most : each),
    undefined,
  );
}
