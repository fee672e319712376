export {
  badEmailAddress,
  emailAddress,
  hostileText,
  longText,
  storableText,
} from "./arbitraries.ts";
export {
  migrateDatabase,
  testDatabase,
  type TestDatabase,
  type TestDatabaseOptions,
} from "./database.ts";
export { debianPrograms, type DebianPrograms } from "./debian-programs.ts";
export { type FaultMode, FaultProxy, type Faults } from "./fault-proxy.ts";
export { ManualClock } from "./manual-clock.ts";
export { ownRedisCluster, type OwnCluster } from "./own-cluster.ts";
export { ownPostgres, ownRedis, type OwnServer } from "./own-servers.ts";
export { cutLog, logSize } from "./redis-log.ts";
export { testRedis, type TestRedis } from "./redis.ts";
export { until, type UntilOptions } from "./until.ts";
