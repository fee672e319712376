import type { EmailEvent, EmailRecord } from "@mailwright/email_machine";
import type { Report } from "@mailwright/protocol";
import { shortDetail } from "./detail.ts";

/** The report of a transition, as web reads it. */
export function reportOf(
  id: string,
  event: EmailEvent,
  record: EmailRecord,
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
      },
    }),
  };
}
