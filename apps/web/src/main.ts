import { configOrExit, createLog, runUntilStopped } from "@mailwright/platform";
import { buildApp } from "./app.ts";
import { readWebConfig } from "./config.ts";
import { createContext } from "./context.ts";
import { migrateDatabase } from "./db/migrate.ts";
import { whyUnusable } from "./db/unusable.ts";
import { makeFirstOwner } from "./features/accounts/accounts.ts";
import { listen } from "./http/listen.ts";
import { startWorkers } from "./workers.ts";

const config = configOrExit(() => readWebConfig(Bun.env));
const log = createLog("web", config.logLevel);

await runUntilStopped(log, async (stopping) => {
  await migrateDatabase(config.databaseUrl, log).catch(exitIfUnusable);
  // Disposed in the reverse order: no new requests, then the workers put down their work, then the connections close.
  const stack = new AsyncDisposableStack();
  const context = stack.use(createContext(config, { log, stopping }));
  if (config.firstOwner) {
    const outcome = await makeFirstOwner(context.db, { name: "Owner", ...config.firstOwner });
    if (outcome === "made") log.info("made the first owner from ADMIN_EMAIL and ADMIN_PASSWORD");
  }
  stack.use(startWorkers(context));
  const { url } = stack.use(listen(buildApp(context), config.port));
  log.info({ url, webUrl: config.webUrl }, "listening");
  return stack;
});

/** What an operator can mend is a sentence in the log, and no stack of ours. */
function exitIfUnusable(error: unknown): never {
  const why = whyUnusable(error);
  if (why === undefined) throw error;
  log.fatal(`Postgres ${why}`);
  process.exit(1);
}
