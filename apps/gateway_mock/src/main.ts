import { configOrExit, createLog, runUntilStopped } from "@mailwright/platform";
import { readGatewayMockConfig } from "./config.ts";
import { startGatewayMock } from "./start.ts";

const config = configOrExit(() => readGatewayMockConfig(Bun.env));
const log = createLog("gateway_mock", config.logLevel);
await runUntilStopped(log, () => startGatewayMock({ config, log }));
process.exit(0);
