import { expect, test } from "bun:test";
import { connect } from "node:net";
import type { Socket } from "bun";
import { FaultProxy } from "./fault-proxy.ts";
import { until } from "./until.ts";

interface Client {
  send(bytes: string | Uint8Array): void;
  received: string;
  events: string[];
  close(): void;
}

function echoServer() {
  return Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket: Socket, bytes) => void socket.write(bytes) },
  });
}

function dial(port: number): Client & Disposable {
  const socket = connect(port, "127.0.0.1");
  const client = {
    received: "",
    events: [] as string[],
    send: (bytes: string | Uint8Array) => void socket.write(bytes),
    close: () => void socket.end(),
    [Symbol.dispose]: () => void socket.destroy(),
  };
  socket.on("connect", () => client.events.push("connect"));
  socket.on("data", (bytes) => (client.received += bytes.toString("latin1")));
  socket.on("end", () => client.events.push("end"));
  socket.on("error", (error: NodeJS.ErrnoException) => client.events.push(error.code ?? ""));
  return client;
}

test("without a fault everything passes, in order, both ways, and so does the end", async () => {
  using server = echoServer();
  await using proxy = new FaultProxy(server.port);
  using client = dial(proxy.port);
  const sent = Array.from({ length: 200_000 }, (_, index) => index % 10).join("");
  client.send(sent);
  await until(() => client.received.length === sent.length);
  expect(client.received).toBe(sent);
  expect(proxy.connections).toBe(1);
  client.close();
  await until(() => client.events.includes("end"));
  await until(() => proxy.connections === 0);
});

test("latency is added in each direction, and a change holds for what is on the way", async () => {
  using server = echoServer();
  await using proxy = new FaultProxy(server.port);
  proxy.set({ latencyMs: 60 });
  using client = dial(proxy.port);
  const sentAt = performance.now();
  client.send("ping");
  await until(() => client.received === "ping");
  expect(performance.now() - sentAt).toBeGreaterThanOrEqual(119);

  proxy.set({ latencyMs: 60_000 });
  client.send("pong");
  proxy.heal();
  await until(() => client.received === "pingpong");
});

test("a limited rate makes bytes take their time", async () => {
  using server = echoServer();
  await using proxy = new FaultProxy(server.port);
  proxy.set({ bytesPerSecond: 20_000 });
  using client = dial(proxy.port);
  const sentAt = performance.now();
  client.send(new Uint8Array(5_000));
  await until(() => client.received.length === 5_000);
  expect(performance.now() - sentAt).toBeGreaterThanOrEqual(245);
});

test("refused connections are refused, open ones go on, and healing opens the same port again", async () => {
  using server = echoServer();
  await using proxy = new FaultProxy(server.port);
  using open = dial(proxy.port);
  open.send("a");
  await until(() => open.received === "a");
  proxy.set({ mode: "refuse" });
  using refused = dial(proxy.port);
  await until(() => refused.events.includes("ECONNREFUSED"));
  open.send("b");
  await until(() => open.received === "ab");
  proxy.heal();
  using again = dial(proxy.port);
  again.send("c");
  await until(() => again.received === "c");
});

test("a reset ends open connections and new ones with a reset", async () => {
  using server = echoServer();
  await using proxy = new FaultProxy(server.port);
  using open = dial(proxy.port);
  open.send("a");
  await until(() => open.received === "a");
  proxy.set({ mode: "reset" });
  await until(() => open.events.includes("ECONNRESET"));
  using fresh = dial(proxy.port);
  await until(() => fresh.events.includes("ECONNRESET"));
  expect(proxy.connections).toBe(0);
});

test("a half-open connection is accepted and never answered", async () => {
  using server = echoServer();
  await using proxy = new FaultProxy(server.port);
  proxy.set({ mode: "half_open" });
  using client = dial(proxy.port);
  client.send("anybody there?");
  await until(() => client.events.includes("connect"));
  proxy.heal();
  using other = dial(proxy.port);
  other.send("yes");
  await until(() => other.received === "yes");
  expect({ received: client.received, events: client.events }).toEqual({
    received: "",
    events: ["connect"],
  });
});

test("a blackhole holds everything back, ends too, until it is healed", async () => {
  using server = echoServer();
  await using proxy = new FaultProxy(server.port);
  using held = dial(proxy.port);
  using witness = dial(proxy.port);
  held.send("a");
  await until(() => held.received === "a");
  proxy.set({ mode: "blackhole" });
  held.send("b");
  held.close();
  witness.send("c");
  await until(() => witness.events.includes("connect"));
  expect([held.received, witness.received, held.events]).toEqual(["a", "", ["connect"]]);
  proxy.heal();
  await until(() => held.received === "ab" && held.events.includes("end"));
  await until(() => witness.received === "c");
});

test("a connection is cut after exactly so many bytes, in the direction that was asked for", async () => {
  using server = echoServer();
  await using proxy = new FaultProxy(server.port);
  proxy.set({ cutAfterBytes: { toClient: 5 } });
  using client = dial(proxy.port);
  client.send("1234567890");
  await until(() => client.events.includes("end"));
  expect(client.received).toBe("12345");

  proxy.set({ cutAfterBytes: { toServer: 3 } });
  using other = dial(proxy.port);
  other.send("1234567890");
  await until(() => other.events.includes("end"));
  expect("123").toStartWith(other.received);
});

test("a server that does not listen looks like a broken connection", async () => {
  const server = echoServer();
  await using proxy = new FaultProxy(server.port);
  server.stop(true);
  using client = dial(proxy.port);
  await until(() => client.events.includes("ECONNRESET"));
});
