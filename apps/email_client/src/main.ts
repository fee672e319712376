import { createLog, runUntilStopped, systemClock } from "@mailwright/platform";
import { readEmailClientConfig } from "./config.ts";
import { startEmailClient } from "./start.ts";

const config = readEmailClientConfig(Bun.env);
const log = createLog("email_client", config.logLevel);
await runUntilStopped(log, () => startEmailClient(config, systemClock, log));
process.exit(0);
