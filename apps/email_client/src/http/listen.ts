import type { AnyElysia } from "elysia";

/** So long calls under way are waited for when the email client stops. */
const PATIENCE_MS = 5_000;
const POLL_MS = 20;

/** Listens on a port of every interface; 0 takes a free one. Disposing waits for the calls under way. */
export function listen(app: AnyElysia, port: number): AsyncDisposable & { url: string } {
  // Two processes on one port would share it without a word.
  app.listen({ port, hostname: "0.0.0.0", development: false, reusePort: false });
  const { server } = app;
  if (server === null) throw new Error("the server did not start");
  return {
    url: `http://127.0.0.1:${server.port}`,
    async [Symbol.asyncDispose]() {
      void server.stop();
      // `stop` alone waits for idle connections too, which web keeps open.
      const giveUpAt = performance.now() + PATIENCE_MS;
      while (server.pendingRequests > 0 && performance.now() < giveUpAt) await Bun.sleep(POLL_MS);
      await server.stop(true);
    },
  };
}
