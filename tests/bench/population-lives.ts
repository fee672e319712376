import { DEFAULT_RETRY_POLICY } from "@mailwright/email_machine";
import { newId } from "@mailwright/platform";
import { drawsFor } from "@mailwright/web/cli/seed-draws.ts";
import { liveOrdinarily } from "@mailwright/web/cli/seed-stories.ts";

/** One transition in the life of an email, so long after its campaign was launched. */
interface LifeStep {
  life: number;
  seq: number;
  event: string;
  state: string;
  after_ms: number;
  attempt: number;
  due_ms: number | null;
  message_id: string | null;
  error_code: string | null;
  error_detail: string | null;
}

/** So many different lives are lived, by the machine that all emails have; every email has one of them. */
export const LIVES = 1_000;
/** The lives of those that were never begun. */
export const SUPPRESSED = -1;
export const CANCELLED = -2;

/** The steps of all lives. */
export function lifeSteps(): LifeStep[] {
  const lives = Array.from({ length: LIVES }, (_, life) => ordinaryLife(life));
  return [
    unbegun(SUPPRESSED, "SUPPRESSED", "skipped", { code: "suppressed", detail: "manual" }),
    unbegun(CANCELLED, "CANCEL", "cancelled"),
    ...lives.flat(),
  ];
}

function ordinaryLife(life: number): LifeStep[] {
  const beginning = { id: newId(), at: 1, gateway: newId(), policy: DEFAULT_RETRY_POLICY };
  return liveOrdinarily({ ...beginning, draws: drawsFor("bench", life) }).map((report) => ({
    life,
    seq: report.seq,
    event: report.event,
    state: report.state,
    after_ms: report.at,
    attempt: report.attempt,
    due_ms: report.due ?? null,
    message_id: report.message_id ?? null,
    error_code: report.error?.code ?? null,
    error_detail: report.error?.detail ?? null,
  }));
}

function unbegun(
  life: number,
  event: string,
  state: string,
  error?: { code: string; detail: string },
): LifeStep {
  const { code = null, detail = null } = error ?? {};
  const none = { after_ms: 0, attempt: 0, due_ms: null, message_id: null };
  return { life, seq: 1, event, state, ...none, error_code: code, error_detail: detail };
}
