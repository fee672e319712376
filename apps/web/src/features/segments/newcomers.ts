import type { Queryable } from "../../db/open.ts";
import { insertNewcomers } from "./newcomer-queries.ts";
import type { NoMembersChange } from "./segments.ts";
import { selectSegment } from "./queries.ts";

/** Lists contacts that the same transaction has just made, any number of them, as members of a static segment. */
export async function addNewcomers(
  tx: Queryable,
  segmentId: string,
  contactIds: readonly string[],
): Promise<{ kind: "changed" } | NoMembersChange> {
  const segment = await selectSegment(tx, segmentId);
  if (segment === undefined) return { kind: "unknown" };
  if (segment.rule !== null) return { kind: "dynamic" };
  if (contactIds.length > 0) await insertNewcomers(tx, segmentId, contactIds);
  return { kind: "changed" };
}
