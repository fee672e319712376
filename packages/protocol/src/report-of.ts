import { DETAIL_LENGTH, type Report } from "./reports.ts";

/** What a report tells of a transition: the part of the machine's event and record that web reads. */
export interface Transitioned {
  event: { type: string; at: number };
  record: Pick<Report, "run" | "seq" | "state" | "attempt" | "due"> & {
    messageId?: string | undefined;
    reason?: { code: string; detail?: string; status?: string } | undefined;
  };
}

/** The report of a transition, as web reads it. */
export function reportOf(
  id: string,
  event: Transitioned["event"],
  record: Transitioned["record"],
  gateway: string,
): Report {
  const { run, seq, state, attempt, due, messageId, reason } = record;
  return {
    id,
    run,
    seq,
    event: event.type,
    state,
    at: event.at,
    attempt,
    gateway,
    ...(due !== undefined && { due }),
    ...(messageId !== undefined && { message_id: messageId }),
    ...(reason !== undefined && {
      error: {
        code: reason.code,
        ...(reason.detail !== undefined && { detail: shortDetail(reason.detail) }),
        ...(reason.status !== undefined && { status: reason.status }),
      },
    }),
  };
}

/** The words of a reason, no longer than web takes them: it refuses a whole report for one text that is too long. */
export function shortDetail(detail: string): string {
  const text = detail.toWellFormed();
  return text.length <= DETAIL_LENGTH
    ? text
    : `${text.slice(0, DETAIL_LENGTH - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
