import type { EmailFactKind } from "../../campaign-words.ts";
import { type Clock, newId } from "@mailwright/platform";
import type { Database, Queryable } from "../../db/open.ts";
import { retried } from "../../db/retry.ts";
import { parseAddress } from "../contacts/address.ts";
import { factsOf, noteFacts } from "../emails/facts.ts";
import { optOut, optBackIn, standingsOf } from "../segments/opt-outs.ts";
import {
  readSuppression,
  suppress,
  type SuppressionReason,
  takeBack,
} from "../suppressions/suppressions.ts";
import { type Addressee, selectAddressee, takeLeavingTurn } from "./queries.ts";

export interface LeavingContext {
  db: Database;
  clock: Clock;
}

/** What somebody who got an email can leave, and what they have left. */
export interface Leaving {
  /** The address that the email went to. */
  address: string;
  /** Whose emails these are. */
  organisation: string;
  /** Why nothing is mailed to them any more, under any of their addresses; undefined while something may be. */
  suppressed: SuppressionReason | undefined;
  /** Segments that the campaign went to and the person is in. */
  segments: Choice[];
  /** Of those, the ones they were in and left by this email. */
  left: Choice[];
  /** Whether they left by this email and took it back, and have left nothing since. */
  returned: boolean;
}

export interface Choice {
  id: string;
  name: string;
}

/** How somebody acted: on the page, or by the button of their mailbox (RFC 8058). */
export type Way = "page" | "one-click";

/** Undefined for an email that is not there any more, or whose contact was erased: then there is nothing to leave. */
export async function readLeaving(db: Queryable, email: string): Promise<Leaving | undefined> {
  const addressee = await selectAddressee(db, email);
  return addressee && leavingOf(db, addressee);
}

/**
 * Suppresses whoever got the email, under the address it went to and the one they have now, and notes it with the email.
 * Done twice it is done once. False when there is nobody any more.
 */
export function leaveAll(context: LeavingContext, email: string, way: Way): Promise<boolean> {
  return inTurn(context, email, async (tx, addressee) => {
    const before = await suppressionsOf(tx, addressee);
    if (before.every((reason) => reason === "unsubscribed" || reason === "complained")) return;
    const origin = `Unsubscribed from “${addressee.campaign}”`;
    await suppress(tx, addressesOf(addressee), { reason: "unsubscribed", origin });
    await note(context, tx, addressee, "unsubscribed", way);
  });
}

/** Takes whoever got the email out of segments that its campaign went to, and notes it with the email. */
export function leaveSegments(
  context: LeavingContext,
  email: string,
  segments: readonly string[],
): Promise<boolean> {
  return inTurn(context, email, async (tx, addressee) => {
    const { contact_id, segment_ids } = addressee;
    const left = (await standingsOf(tx, contact_id, segment_ids)).filter(
      ({ id, member }) => member && segments.includes(id),
    );
    for (const { id } of left) await optOut(tx, id, contact_id, email);
    if (left.length > 0)
      await note(context, tx, addressee, "left segments", "page", { segments: idsOf(left) });
  });
}

/** Leaving is never refused, coming back is after so many times: each is written down, and whoever has the link may go on. */
export const MOST_TIMES_BACK = 50;

/**
 * Undoes what was left by the email: the suppression goes, or is again what it was before, and the segments are joined
 * again. What suppressed the address for another reason stays.
 */
export function comeBack(context: LeavingContext, email: string): Promise<boolean> {
  return inTurn(context, email, async (tx, addressee) => {
    const { left } = await leavingOf(tx, addressee);
    const reasons = await suppressionsOf(tx, addressee);
    const back = addressesOf(addressee).filter((_, index) => reasons[index] === "unsubscribed");
    if (back.length === 0 && left.length === 0) return;
    if ((await timesBack(tx, email)) >= MOST_TIMES_BACK) return;
    // A complaint may have come since the reasons were read, and stays.
    await takeBack(tx, back, "unsubscribed");
    for (const { id } of left) await optBackIn(tx, id, addressee.contact_id);
    const detail = left.length > 0 ? { segments: idsOf(left) } : undefined;
    await note(context, tx, addressee, "resubscribed", "page", detail);
  });
}

/** Whoever acts on one email does so one after the other, and each knows what the one before has done. */
function inTurn(
  { db }: LeavingContext,
  email: string,
  act: (tx: Queryable, addressee: Addressee) => Promise<void>,
): Promise<boolean> {
  return retried(() =>
    db.transaction(async (tx) => {
      await takeLeavingTurn(tx, email);
      const addressee = await selectAddressee(tx, email);
      if (addressee === undefined) return false;
      await act(tx, addressee);
      return true;
    }),
  );
}

async function leavingOf(db: Queryable, addressee: Addressee): Promise<Leaving> {
  const { address, organisation, contact_id, segment_ids, email_id } = addressee;
  const reasons = await suppressionsOf(db, addressee);
  const { left: leftIds, returned } = await leftSince(db, email_id);
  const segments = await standingsOf(db, contact_id, segment_ids);
  return {
    address,
    organisation,
    suppressed: reasonOfAll(reasons),
    segments: segments.filter(({ member }) => member),
    left: segments.filter(({ id, opted_out }) => opted_out && leftIds.has(id)),
    returned,
  };
}

/** Why every address is suppressed, their own word first, as it is what can be undone; undefined where one is not. */
function reasonOfAll(
  reasons: readonly (SuppressionReason | undefined)[],
): SuppressionReason | undefined {
  if (reasons.includes(undefined)) return undefined;
  return reasons.includes("unsubscribed") ? "unsubscribed" : reasons[0];
}

/** The segments left by the email since its recipient last came back, and whether that was the last thing they did. */
async function leftSince(
  db: Queryable,
  email: string,
): Promise<{ left: Set<string>; returned: boolean }> {
  const facts = await factsOf(db, email);
  const back = facts.findLastIndex(({ kind }) => kind === "resubscribed");
  const since = facts.slice(back + 1);
  return {
    left: new Set(since.flatMap(({ detail }) => String(detail["segments"] ?? "").split(","))),
    returned:
      back >= 0 && since.every(({ kind }) => kind !== "unsubscribed" && kind !== "left segments"),
  };
}

async function timesBack(db: Queryable, email: string): Promise<number> {
  return (await factsOf(db, email)).filter(({ kind }) => kind === "resubscribed").length;
}

/** The canonical addresses by which the recipient is known: the one now, and the one it went to where that is another. */
function addressesOf({ canonical, address }: Addressee): string[] {
  const parsed = parseAddress(address);
  return [...new Set([canonical, ...(parsed.ok ? [parsed.canonical] : [])])];
}

/** Why each of the addresses is suppressed. */
function suppressionsOf(
  db: Queryable,
  addressee: Addressee,
): Promise<(SuppressionReason | undefined)[]> {
  return Promise.all(
    addressesOf(addressee).map(async (address) => (await readSuppression(db, address))?.reason),
  );
}

async function note(
  { clock }: LeavingContext,
  tx: Queryable,
  { email_id }: Addressee,
  kind: EmailFactKind,
  source: Way,
  detail?: Record<string, string>,
): Promise<void> {
  const at = new Date(clock.now());
  const dedupe_key = `${kind} ${newId()}`;
  await noteFacts(tx, [{ email_id, kind, at, source, dedupe_key, ...(detail && { detail }) }]);
}

function idsOf(segments: readonly Choice[]): string {
  return segments.map(({ id }) => id).join(",");
}
