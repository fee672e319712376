import type { SuppressionReason } from "./reasons.ts";

/**
 * The address of the question whether addresses may be mailed again, and of its answer, which says for which reasons. Who
 * was selected stands in it: the page can be opened anew, and works without scripts.
 */
export function liftAddress(asked: {
  ids: readonly string[];
  reasons?: Iterable<SuppressionReason>;
  back: string;
}): string {
  const said = new URLSearchParams({ return_to: asked.back });
  for (const id of asked.ids) said.append("suppression_id", id);
  for (const reason of asked.reasons ?? []) said.append("reason", reason);
  return `/suppressions/lift?${said}`;
}
