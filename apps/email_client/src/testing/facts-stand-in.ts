import {
  type FactsAnswer,
  parseToldFacts,
  receive,
  type ServiceKey,
  type ToldFacts,
} from "@mailwright/protocol";

/** Web as far as a bounce mailbox knows it: takes signed facts, each by its name once. */
export interface FactsStandIn extends AsyncDisposable {
  url: string;
  /** Every call that was taken, in order. */
  calls: ToldFacts[];
  /** The facts by their email and name. */
  facts: Map<string, ToldFacts["facts"][number]>;
  /** Answers in place of the ordinary one. */
  answer: (told: ToldFacts) => Response | undefined;
}

export function factsStandIn(keys: readonly ServiceKey[]): FactsStandIn {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const receiver = { keys, now: Date.now, rememberNonce: async () => true };
      const received = await receive(request, receiver, 1024 * 1024, parseToldFacts);
      if (!received.ok) return Response.json(received.refusal, { status: received.refusal.status });
      const instead = standIn.answer(received.value);
      if (instead !== undefined) return instead;
      const before = standIn.facts.size;
      standIn.calls.push(received.value);
      for (const fact of received.value.facts)
        standIn.facts.set(`${fact.email} ${fact.kind} ${fact.key}`, fact);
      const taken = standIn.facts.size - before;
      const repeated = received.value.facts.length - taken;
      return Response.json({ taken, repeated, unknown: 0, settled: 0 } satisfies FactsAnswer);
    },
  });
  const standIn: FactsStandIn = {
    url: `http://127.0.0.1:${server.port}`,
    calls: [],
    facts: new Map(),
    answer: () => undefined,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
  return standIn;
}
