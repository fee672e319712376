import { emailGraph, type MachineGraph } from "@mailwright/email_machine";
import { type MachineView, parseMachineView, type ServiceClient } from "@mailwright/protocol";
import type { Queryable } from "../../db/open.ts";
import { whyNotReached } from "../gateways/reach.ts";
import { selectLedgerTotals } from "./queries.ts";

/** A state machine that the product runs on. */
export interface Machine {
  graph: MachineGraph;
  title: string;
  about: string;
}

/** Every machine, by the name that its definition has. */
export const MACHINES: readonly Machine[] = [
  {
    graph: emailGraph(),
    title: "An email",
    about:
      "The life of one email, from the queue to a state in which it stays. It is drawn from the definition that runs.",
  },
];

export function machineNamed(name: string): Machine | undefined {
  return MACHINES.find(({ graph }) => graph.name === name);
}

/** How many emails are in each state, by the ledger and by the email client. */
export interface MachineCounts {
  ledger: Readonly<Record<string, number>>;
  /** What the email client says of the emails in its hands; how long its answer took; or why there is none. */
  client: { kind: "seen"; view: MachineView; ms: number } | { kind: "unreachable"; why: string };
}

/** So long the email client's answer is waited for. */
const PATIENCE_MS = 1_500;

export async function countEmails({
  db,
  emailClient,
}: {
  db: Queryable;
  emailClient: ServiceClient;
}): Promise<MachineCounts> {
  const [ledger, client] = await Promise.all([selectLedgerTotals(db), askClient(emailClient)]);
  return { ledger, client };
}

async function askClient(emailClient: ServiceClient): Promise<MachineCounts["client"]> {
  const startedAt = performance.now();
  const deadline = AbortSignal.timeout(PATIENCE_MS);
  const answer = await emailClient.call(
    "GET",
    "/v1/machine",
    undefined,
    parseMachineView,
    deadline,
  );
  switch (answer.kind) {
    case "ok":
      return { kind: "seen", view: answer.value, ms: performance.now() - startedAt };
    case "refused":
      return { kind: "unreachable", why: `it answered ${answer.status}` };
    case "unreachable":
      return { kind: "unreachable", why: whyNotReached(answer.why) };
  }
}

/** Whether the email client runs the very machine that is drawn; another one while a new version is rolled out. */
export function isSameMachine({ graph }: Machine, { nodes, edges }: MachineView): boolean {
  return JSON.stringify([graph.nodes, graph.edges]) === JSON.stringify([nodes, edges]);
}
