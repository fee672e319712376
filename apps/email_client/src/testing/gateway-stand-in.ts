/** What the stand-in gateway is asked to send. */
export interface Received {
  /** The email's id. */
  key: string;
  /** Which attempt of this email it is, from 1. */
  attempt: number;
  at: number;
  /** The whole body, as it came. */
  body: Record<string, unknown>;
  authorization: string | null;
}

/** An answer of the stand-in: 202 and an id, a status, a whole response, or silence. */
export type Answer = "accept" | "silence" | number | Response;

/** A gateway on a real socket that answers as it is told and keeps a ledger of what it accepted. */
export interface GatewayStandIn extends AsyncDisposable {
  url: string;
  received: Received[];
  /** Keys of what was accepted, in order; one that is in it twice is a duplicate. */
  accepted: string[];
  /** Decides the answers from now on; "accept" unless told. What is accepted stands in the ledger when this resolves. */
  answer: (received: Received) => Answer | Promise<Answer>;
  /** The most requests that were under way at once. */
  readonly mostAtOnce: number;
}

export function gatewayStandIn(): GatewayStandIn {
  const attempts = new Map<string, number>();
  let underWay = 0;
  let mostAtOnce = 0;

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      // A check of the connection is no message.
      if (request.method === "OPTIONS") return new Response(null, { status: 204 });
      mostAtOnce = Math.max(mostAtOnce, ++underWay);
      try {
        return await handle(request);
      } finally {
        underWay--;
      }
    },
  });

  async function handle(request: Request): Promise<Response> {
    const body = (await request.json()) as Record<string, unknown>;
    const key = (body["headers"] as Record<string, string>)["X-Mailwright-Email"] ?? "";
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    const received = {
      key,
      attempt,
      at: performance.now(),
      body,
      authorization: request.headers.get("authorization"),
    };
    standIn.received.push(received);
    const answer = await standIn.answer(received);
    if (answer === "silence") return new Promise<Response>(() => {});
    if (answer instanceof Response) return answer;
    if (answer !== "accept") return new Response("no", { status: answer });
    standIn.accepted.push(key);
    return Response.json({ message_id: `m-${key}` }, { status: 202 });
  }

  const standIn: GatewayStandIn = {
    url: `http://127.0.0.1:${server.port}/email`,
    received: [],
    accepted: [],
    answer: () => "accept",
    get mostAtOnce() {
      return mostAtOnce;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
  return standIn;
}
