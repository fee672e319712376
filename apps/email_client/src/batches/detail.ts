import { DETAIL_LENGTH } from "@mailwright/protocol";

/** The words of a reason, no longer than web takes them: it refuses a whole report for one text that is too long. */
export function shortDetail(detail: string): string {
  const text = detail.toWellFormed();
  return text.length <= DETAIL_LENGTH
    ? text
    : `${text.slice(0, DETAIL_LENGTH - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
