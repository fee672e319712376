import { describe, expect, test } from "bun:test";
import { FaultProxy } from "@mailwright/testing";
import { rawResponse, rawServer } from "../testing/raw-server.ts";
import { MESSAGE, openSeed, outcomeOf, sendTo } from "../testing/seed.ts";
import { SELF_SIGNED } from "../testing/self-signed.ts";
import { ANSWER_LIMIT } from "./http-outcome.ts";

describe("answers that no gateway should give", () => {
  test("a hundred megabytes are not read", async () => {
    let read = 0;
    const outcome = await outcomeOf(
      () =>
        new Response(
          new ReadableStream<Uint8Array>({
            pull(controller) {
              read += 16_384;
              if (read > 100_000_000) controller.close();
              else controller.enqueue(new Uint8Array(16_384).fill(120));
            },
          }),
          { status: 202 },
        ),
    );
    expect(outcome.kind).toBe("ambiguous");
    // Some megabytes lie in the buffers of both sides when the connection is given up.
    expect(read).toBeLessThan(ANSWER_LIMIT + 30_000_000);
  });

  test("a small answer that unpacks to a huge one is not unpacked whole", async () => {
    const bomb = Bun.gzipSync(new Uint8Array(200_000_000));
    const before = process.memoryUsage.rss();
    const outcome = await outcomeOf(
      () => new Response(bomb, { status: 202, headers: { "content-encoding": "gzip" } }),
    );
    expect(outcome.kind).toBe("ambiguous");
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  });

  test("a body that breaks off changes nothing about what the status said", async () => {
    for (const [status, kind] of [
      [500, "unavailable"],
      [401, "unauthorized"],
      [422, "rejected"],
      [202, "ambiguous"],
    ] as const) {
      await using server = rawServer((socket) => {
        socket.write(`HTTP/1.1 ${status} So\r\nContent-Length: 1000\r\n\r\nhalf of`);
        socket.end();
      });
      expect((await sendTo(server.url)).kind).toBe(kind);
    }
  });

  test("a body that drips is waited for until the deadline and no longer", async () => {
    const drips: Timer[] = [];
    await using server = rawServer((socket) => {
      socket.write("HTTP/1.1 202 So\r\nContent-Length: 100000\r\n\r\n");
      drips.push(setInterval(() => socket.write("x"), 20));
    });
    const begun = performance.now();
    expect((await sendTo(server.url, 300)).kind).toBe("ambiguous");
    expect(performance.now() - begun).toBeLessThan(2_000);
    drips.forEach(clearInterval);
  });

  test.each([
    ["silence", ""],
    ["a header that never ends", "HTTP/1.1 202 So\r\nX-Header: "],
  ])("%s ends at the deadline, and nobody can tell", async (_what, said) => {
    await using server = rawServer((socket) => void socket.write(said));
    expect(await sendTo(server.url, 200)).toEqual({
      kind: "ambiguous",
      detail: "The gateway did not answer in time.",
    });
  });

  test("what is no HTTP at all is ambiguous", async () => {
    await using server = rawServer((socket) => {
      socket.write("220 mail.example.com ESMTP\r\n");
      socket.end();
    });
    expect((await sendTo(server.url)).kind).toBe("ambiguous");
  });
});

describe("connections", () => {
  test("one that is lost after the request has left is ambiguous", async () => {
    await using server = rawServer((socket) => socket.terminate());
    const outcome = await sendTo(server.url);
    expect(outcome).toMatchObject({ kind: "ambiguous" });
    expect(server.requests).toHaveLength(1);
  });

  test("one that is reset is ambiguous, since nobody knows how far the request got", async () => {
    await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    await using proxy = new FaultProxy(server.port!);
    proxy.set({ mode: "reset" });
    expect((await sendTo(proxy.through(server.url.href))).kind).toBe("ambiguous");
  });

  test("one that is refused was never made: the gateway is unavailable", async () => {
    await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    await using proxy = new FaultProxy(server.port!);
    proxy.set({ mode: "refuse" });
    const outcome = await sendTo(proxy.through(server.url.href));
    expect(outcome).toMatchObject({ kind: "unavailable" });
  });

  test("a name that does not exist was never reached: the gateway is unavailable", async () => {
    expect((await sendTo("http://gateway.invalid/email", 15_000)).kind).toBe("unavailable");
  });

  test("a certificate that nobody vouches for stops the request before it leaves", async () => {
    await using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: SELF_SIGNED,
      fetch: () => Response.json({ message_id: "m" }, { status: 202 }),
    });
    const outcome = await sendTo(`https://localhost:${server.port}/email`);
    expect(outcome).toMatchObject({ kind: "unavailable" });
  });

  test("a connection that the gateway closes between two messages makes no second one of the first", async () => {
    await using server = rawServer((socket, _request, number) => {
      // It is kept alive for the first answer and then, with a request on it, dropped.
      if (number % 2 === 1) socket.write(rawResponse(202, '{"message_id":"m"}'));
      else socket.end();
    });
    const gateway = openSeed(server.url);
    const outcomes: string[] = [];
    for (let i = 0; i < 6; i++)
      outcomes.push((await gateway.send(MESSAGE, AbortSignal.timeout(5_000))).kind);
    expect(outcomes).toEqual([
      "accepted",
      "ambiguous",
      "accepted",
      "ambiguous",
      "accepted",
      "ambiguous",
    ]);
    expect(server.requests).toHaveLength(6);
  });

  test("a redirect is not followed: it would carry the password to wherever it points", async () => {
    let visited = 0;
    await using elsewhere = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch() {
        visited++;
        return Response.json({ message_id: "m-1" }, { status: 202 });
      },
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const outcome = await outcomeOf(
        () => new Response(null, { status, headers: { location: elsewhere.url.href } }),
      );
      expect(outcome.kind).toBe("unavailable");
    }
    expect(visited).toBe(0);
  });
});
