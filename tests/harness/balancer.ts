import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What stands in front of several instances of a service in production: a load balancer for TCP connections. */
export interface Balancer extends AsyncDisposable {
  readonly port: number;
  /** How many connections each port was given. */
  readonly given: ReadonlyMap<number, number>;
  add(port: number): void;
}

/** Gives each connection to the next of the ports in turn, and past those where nobody listens. */
export async function startBalancer(ports: number[]): Promise<Balancer> {
  const targets = [...ports];
  const given = new Map<number, number>();
  const open = new Set<Socket>();
  let turn = 0;

  function keep(socket: Socket): void {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
  }
  function forward(client: Socket, tries: number): void {
    const port = targets[turn++ % targets.length];
    if (port === undefined || tries === 0) return void client.destroy();
    const server = connect(port, "127.0.0.1");
    keep(server);
    const next = () => forward(client, tries - 1);
    server.once("error", next);
    server.once("connect", () => {
      server.off("error", next);
      given.set(port, (given.get(port) ?? 0) + 1);
      client.on("close", () => server.destroy());
      server.on("close", () => client.destroy());
      client.pipe(server);
      server.pipe(client);
    });
  }
  const listener = createServer({ pauseOnConnect: true }, (client) => {
    keep(client);
    forward(client, targets.length);
  });
  await new Promise<void>((ready) => listener.listen(0, "127.0.0.1", ready));
  return {
    port: (listener.address() as AddressInfo).port,
    given,
    add: (port) => void targets.push(port),
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const socket of open) socket.destroy();
    },
  };
}
