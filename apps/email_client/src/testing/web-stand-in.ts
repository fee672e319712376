import type { EmailState } from "@mailwright/email_machine";
import {
  parseReport,
  parseReports,
  receive,
  type Report,
  type ReportsAnswer,
  type ServiceKey,
} from "@mailwright/protocol";

/** Web as far as the email client knows it: takes signed reports and keeps the ledger that follows from them. */
export interface WebStandIn extends AsyncDisposable {
  url: string;
  /** Every report, as often as it came, in order. */
  reports: Report[];
  /** Calls that were refused, with the reason. */
  refused: string[];
  /** Answers in place of the ordinary ones; undefined takes the reports and answers as web does. */
  answer: (reports: Report[]) => Response | undefined | Promise<Response | undefined>;
  /** The transitions of one email's run, once each, by their numbers. */
  historyOf(email: string, run?: number): Report[];
  /** Where an email stands by its last transition. */
  stateOf(email: string): EmailState | undefined;
  /** Faults of the histories: numbers that are missing, or two transitions that claim the same one. */
  gaps(): string[];
}

export function webStandIn(keys: readonly ServiceKey[]): WebStandIn {
  const nonces = new Set<string>();
  const ledger = new Map<string, Map<number, Report>>();
  const clashes: string[] = [];
  const rememberNonce = async (nonce: string) => !nonces.has(nonce) && Boolean(nonces.add(nonce));

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const received = await receive(
        request,
        { keys, now: Date.now, rememberNonce },
        3 * 1024 * 1024,
        parseReports,
      );
      if (!received.ok) {
        standIn.refused.push(received.refusal.title);
        return Response.json(received.refusal, { status: received.refusal.status });
      }
      const parsed = received.value.reports.map(parseReport);
      const reports = parsed.flatMap((each) => (each.ok ? [each.value] : []));
      const instead = await standIn.answer(reports);
      if (instead !== undefined) return instead;
      standIn.reports.push(...reports);
      const applied = reports.filter(enter).length;
      return Response.json({
        applied,
        repeated: reports.length - applied,
        unknown: 0,
        invalid: parsed.length - reports.length,
      } satisfies ReportsAnswer);
    },
  });

  /** Whether it is new. */
  function enter(report: Report): boolean {
    const key = `${report.id}/${report.run}`;
    const history = ledger.get(key) ?? new Map<number, Report>();
    ledger.set(key, history);
    const known = history.get(report.seq);
    if (known === undefined) history.set(report.seq, report);
    else if (!Bun.deepEquals(known, report)) clashes.push(`${key} has two of number ${report.seq}`);
    return known === undefined;
  }

  const standIn: WebStandIn = {
    url: `http://127.0.0.1:${server.port}`,
    reports: [],
    refused: [],
    answer: () => undefined,
    historyOf: (email, run = 1) =>
      [...(ledger.get(`${email}/${run}`)?.values() ?? [])].toSorted((a, b) => a.seq - b.seq),
    stateOf(email) {
      for (let run = 1, last: EmailState | undefined; ; run++) {
        const history = standIn.historyOf(email, run);
        if (history.length === 0) return last;
        last = history.at(-1)?.state;
      }
    },
    gaps: () => [
      ...clashes,
      ...[...ledger].flatMap(([key, history]) =>
        Math.max(...history.keys()) === history.size ? [] : [`${key} misses a number`],
      ),
    ],
    [Symbol.asyncDispose]: () => server.stop(true),
  };
  return standIn;
}
