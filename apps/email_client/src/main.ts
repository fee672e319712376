import { configOrExit, createLog, runUntilStopped, systemClock } from "@mailwright/platform";
import { readEmailClientConfig } from "./config.ts";
import { startEmailClient } from "./start.ts";

/** Beyond the attempts that are under way: for their last writes and for giving the batches back. */
const STOP_MARGIN_MS = 15_000;

const config = configOrExit(() => readEmailClientConfig(Bun.env));
const log = createLog("email_client", config.logLevel);
await runUntilStopped(
  log,
  (signal) => startEmailClient(config, systemClock, log, { signal }),
  config.attemptDeadlineMs + STOP_MARGIN_MS,
);
process.exit(0);
