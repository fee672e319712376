import "./utc.ts";

export { orAborted } from "./abort.ts";
export { type Clock, systemClock } from "./clock.ts";
export {
  ConfigError,
  type ConfigSource,
  type NamedKey,
  type Reader,
  readConfig,
} from "./config.ts";
export { configOrExit } from "./config-or-exit.ts";
export { createFairSemaphore, type FairSemaphore } from "./fair-semaphore.ts";
export { createDraws, type Draws } from "./draws.ts";
export { healthRoutes, type HealthCheck } from "./health.ts";
export { digestId, ID_PATTERN, idBytes, idOfBytes, isId, newId } from "./ids.ts";
export { createLog, type Log, LOG_LEVELS, type LogLevel, silentLog } from "./log.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
export { type Problem, problem, problemResponse } from "./problem.ts";
export { isPublicAddress } from "./public-address.ts";
export { createSemaphore, type Semaphore } from "./semaphore.ts";
export { runUntilStopped } from "./shutdown.ts";
