import {
  type Batch,
  createServiceClient,
  type ServiceClient,
  type Suppressed,
} from "@mailwright/protocol";

/** One answer of the stand-in: a status, or silence. */
export type StandInAnswer =
  { status: number; body?: unknown; headers?: Record<string, string> } | "silence";

/**
 * The other side of the contract on a real socket: it keeps what web sends and answers as it is told. It stands in for
 * the email client only where a test needs an answer that the real one would not give when asked to.
 */
export interface EmailClientStandIn extends AsyncDisposable {
  client: ServiceClient;
  batches: Batch[];
  controls: { campaign: string; state: string }[];
  contents: string[];
  suppressed: Suppressed[];
  /** Everything that came, in its order. */
  calls: { call: string; body: unknown }[];
  /** What every call of this method and path is answered from now on, with 200. */
  answerAlways(call: string, body: unknown): void;
  /** The answer to the next call of this method and path prefix, once; then the ordinary one again. */
  answerNext(call: string, answer: StandInAnswer): void;
}

export function emailClientStandIn(): EmailClientStandIn {
  const key = { id: "k1", bytes: new Uint8Array(32).fill(7) };
  const batches: Batch[] = [];
  const controls: { campaign: string; state: string }[] = [];
  const contents: string[] = [];
  const suppressed: Suppressed[] = [];
  const calls: EmailClientStandIn["calls"] = [];
  const lasting = new Map<string, unknown>();
  const scripted: { call: string; answer: StandInAnswer }[] = [];

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const call = `${request.method} ${pathname}`;
      const text = await request.text();
      const body: unknown = text === "" ? undefined : JSON.parse(text);
      calls.push({ call, body });
      const index = scripted.findIndex((each) => call.startsWith(each.call));
      const next = index === -1 ? undefined : scripted.splice(index, 1)[0]?.answer;
      if (next === "silence") return new Promise<Response>(() => {});
      if (next !== undefined)
        return Response.json(next.body ?? {}, { status: next.status, headers: next.headers ?? {} });
      if (lasting.has(call)) return Response.json(lasting.get(call));
      if (call.startsWith("PUT /v1/contents/")) contents.push(pathname.split("/")[3] as string);
      else if (call === "POST /v1/batches") batches.push(body as Batch);
      else if (call.endsWith("/control")) {
        const { state } = body as { state: string };
        controls.push({ campaign: pathname.split("/")[3] as string, state });
        return Response.json(body);
      } else if (call === "PUT /v1/suppressed") suppressed.push(body as Suppressed);
      else return Response.json({ title: "There is no such thing here" }, { status: 404 });
      return Response.json({ taken: true }, { status: 202 });
    },
  });
  return {
    client: createServiceClient({
      url: `http://127.0.0.1:${server.port}`,
      keys: [key],
      now: Date.now,
      timeoutMs: 1_000,
    }),
    batches,
    controls,
    contents,
    suppressed,
    calls,
    answerAlways: (call, body) => void lasting.set(call, body),
    answerNext: (call, answer) => scripted.push({ call, answer }),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
