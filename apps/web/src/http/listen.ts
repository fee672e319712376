import type { AnyElysia } from "elysia";

/** An import of a million contacts is some 100 MB; the routes that take less say so by themselves. */
const BODY_LIMIT = 1_073_741_824;
/** A connection without a byte for this long is closed; event streams send something more often than that. */
const IDLE_S = 60;

/** So long requests under way are waited for when web stops. */
const PATIENCE_MS = 10_000;
const POLL_MS = 20;

/** Listens on a port; 0 takes a free one. Disposing stops taking requests and waits for those under way. */
export function listen(app: AnyElysia, port: number): AsyncDisposable & { url: string } {
  app.listen({
    port,
    development: false,
    // Two processes on one port would share it without a word, and each miss half of what it waits for.
    reusePort: false,
    idleTimeout: IDLE_S,
    maxRequestBodySize: BODY_LIMIT,
  });
  const { server } = app;
  if (server === null) throw new Error("the server did not start");
  return {
    url: `http://localhost:${server.port}`,
    async [Symbol.asyncDispose]() {
      void server.stop();
      // `stop` alone waits for idle connections too, which a browser or a proxy keeps open for minutes.
      const giveUpAt = performance.now() + PATIENCE_MS;
      while (server.pendingRequests > 0 && performance.now() < giveUpAt) await Bun.sleep(POLL_MS);
      await server.stop(true);
    },
  };
}
