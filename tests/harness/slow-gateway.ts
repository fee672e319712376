/** Stands before the stand-in gateway, takes its time, and counts what is under way. */
export interface SlowGateway extends AsyncDisposable {
  readonly port: number;
  /** Attempts under way now. */
  readonly underWay: number;
  /** The most that ever were at once since this was last set to 0. */
  most: number;
}

/** A gateway that answers every attempt after `latencyMs`, with what the one on `port` answers. */
export function startSlowGateway(port: number, latencyMs: number): SlowGateway {
  let underWay = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      underWay++;
      gateway.most = Math.max(gateway.most, underWay);
      try {
        const body = await request.bytes();
        await Bun.sleep(latencyMs);
        const { pathname } = new URL(request.url);
        const { method, headers } = request;
        return await fetch(`http://127.0.0.1:${port}${pathname}`, { method, headers, body });
      } finally {
        underWay--;
      }
    },
  });
  const gateway: SlowGateway = {
    port: server.port as number,
    get underWay() {
      return underWay;
    },
    most: 0,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
  return gateway;
}
