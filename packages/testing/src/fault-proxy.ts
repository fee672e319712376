import { freePort } from "@mailwright/launcher/ports.ts";
import type { Socket, TCPSocketListener } from "bun";
import { Pipe } from "./fault-pipe.ts";

/**
 * What becomes of connections:
 * - `forward`: they reach the server, with the other faults on the way;
 * - `refuse`: nobody listens, new ones get ECONNREFUSED; open ones go on;
 * - `reset`: open ones are reset (RST) now, and new ones as soon as they are made;
 * - `half_open`: new ones are accepted and what they say is swallowed, without an answer or an end; open ones go on;
 * - `blackhole`: nothing passes in either direction, not even an end; what was sent meanwhile arrives when it is healed,
 *   as it does after a broken cable.
 */
export type FaultMode = "forward" | "refuse" | "reset" | "half_open" | "blackhole";

export interface Faults {
  mode?: FaultMode;
  /** Added to the way of every byte, in each direction. */
  latencyMs?: number;
  /** In each direction of each connection. */
  bytesPerSecond?: number;
  /** A connection ends when this many bytes have passed since it was opened, and not one more passes. */
  cutAfterBytes?: { toServer?: number; toClient?: number };
}

interface Link {
  client: Socket<Link>;
  server: Socket<Link> | undefined;
  toServer: Pipe;
  toClient: Pipe;
}

/**
 * Stands between a client and a server on 127.0.0.1 and does to their connections what networks do. `set` replaces the
 * faults while connections are open.
 *
 *     await using proxy = new FaultProxy(redisPort);
 *     proxy.set({ latencyMs: 200, cutAfterBytes: { toClient: 10 } });
 */
export class FaultProxy implements AsyncDisposable {
  readonly port: number;
  private faults: Faults = {};
  private listener: TCPSocketListener<Link> | undefined;
  private readonly links = new Set<Link>();

  /** `serverPort` may be set later, when the proxy's own port must be known before the server runs. */
  constructor(public serverPort: number) {
    // Not any port: while it refuses, nobody else may be given it.
    this.port = freePort();
    this.listener = this.listen(this.port);
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.links.size;
  }

  /** The given URL, by way of the proxy. */
  through(url: string): string {
    const proxied = new URL(url);
    proxied.hostname = "127.0.0.1";
    proxied.port = String(this.port);
    return proxied.href;
  }

  /** From now on these faults and no others. */
  set(faults: Faults): void {
    this.faults = faults;
    if (faults.mode === "reset") this.resetAll();
    if (faults.mode === "refuse") {
      this.listener?.stop(false);
      this.listener = undefined;
    } else {
      this.listener ??= this.listen(this.port);
    }
    for (const { toServer, toClient } of this.links) {
      toServer.change(limitsOf(faults, faults.cutAfterBytes?.toServer));
      toClient.change(limitsOf(faults, faults.cutAfterBytes?.toClient));
    }
  }

  /** No faults any more; what the network held back arrives. */
  heal(): void {
    this.set({});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener?.stop(true);
    this.resetAll();
  }

  private listen(port: number): TCPSocketListener<Link> {
    return Bun.listen<Link>({
      hostname: "127.0.0.1",
      port,
      allowHalfOpen: true,
      socket: {
        open: (client) => this.accept(client),
        data: ({ data }, bytes) => data.toServer.push(bytes),
        drain: ({ data }) => data.toClient.drained(),
        end: ({ data }) => data.toServer.end(),
        close: ({ data }) => this.lost(data),
      },
    });
  }

  private accept(client: Socket<Link>) {
    const { faults } = this;
    if (faults.mode === "reset") {
      client.terminate();
      return;
    }
    const done = () => link.toServer.done && link.toClient.done && this.close(link);
    const cut = () => this.close(link);
    const link: Link = {
      client,
      server: undefined,
      toServer: new Pipe(limitsOf(faults, faults.cutAfterBytes?.toServer), { cut, done }),
      toClient: new Pipe(limitsOf(faults, faults.cutAfterBytes?.toClient), { cut, done }),
    };
    client.data = link;
    this.links.add(link);
    link.toServer.readFrom(client);
    link.toClient.writeTo(client);
    if (faults.mode !== "half_open") void this.reachServer(link);
  }

  private async reachServer(link: Link) {
    try {
      await Bun.connect<Link>({
        hostname: "127.0.0.1",
        port: this.serverPort,
        data: link,
        allowHalfOpen: true,
        socket: {
          open: (server) => {
            link.server = server;
            if (!this.links.has(link)) server.end();
            link.toClient.readFrom(server);
            link.toServer.writeTo(server);
          },
          data: ({ data }, bytes) => data.toClient.push(bytes),
          drain: ({ data }) => data.toServer.drained(),
          end: ({ data }) => data.toClient.end(),
          close: ({ data }) => this.lost(data),
        },
      });
    } catch {
      // The server does not listen. A client that came straight to it would have been refused; this is the nearest to it.
      link.client.terminate();
    }
  }

  private resetAll() {
    for (const link of this.links) {
      link.client.terminate();
      link.server?.terminate();
    }
    this.links.clear();
  }

  /** One side is gone altogether: the other learns it when all that was on the way has passed. */
  private lost(link: Link | undefined) {
    link?.toServer.end();
    link?.toClient.end();
    if (link && !link.server) this.close(link);
  }

  private close(link: Link) {
    if (!this.links.delete(link)) return;
    link.client.end();
    link.server?.end();
  }
}

function limitsOf({ mode, latencyMs, bytesPerSecond }: Faults, cutAfter: number | undefined) {
  return {
    held: mode === "blackhole",
    latencyMs: latencyMs ?? 0,
    bytesPerSecond: bytesPerSecond ?? Number.POSITIVE_INFINITY,
    cutAfter: cutAfter ?? Number.POSITIVE_INFINITY,
  };
}
