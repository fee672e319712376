import type { Clock, Log } from "@mailwright/platform";
import { buildApp } from "./app.ts";
import type { Config } from "./config.ts";
import { createContext, startWorkers } from "./context.ts";
import { durabilityFaults, waitForRedis } from "./redis/open.ts";

/** A running email client. Disposing it is the clean stop: no new work, attempts under way end, batches are given back. */
export interface EmailClient extends AsyncDisposable {
  url: string;
}

export async function startEmailClient(
  config: Config,
  clock: Clock,
  log: Log,
): Promise<EmailClient> {
  const stack = new AsyncDisposableStack();
  const context = stack.use(createContext(config, clock, log));
  await waitForRedis(context.redis, clock);
  for (const fault of await durabilityFaults(context.redis)) log.error(fault);
  const server = buildApp(context).listen({ port: config.port, hostname: "0.0.0.0" });
  stack.defer(async () => {
    await server.stop();
  });
  stack.use(startWorkers(context));
  const url = `http://127.0.0.1:${server.server?.port}`;
  log.info({ url, concurrency: config.concurrency }, "email_client is ready");
  return { url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
