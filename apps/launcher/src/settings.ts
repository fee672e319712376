import { resolve } from "node:path";
import { type ConfigSource, LOG_LEVELS, type LogLevel, readConfig } from "@mailwright/platform";

/** What the person who starts it can decide, by environment variables. */
export interface Settings {
  /** An absolute path. */
  dataDir: string;
  ports: { web: number; emailClient: number; gatewayMock: number };
  /** When given, no Postgres of ours is started. */
  databaseUrl: string | undefined;
  /** When given, no Redis of ours is started; several nodes of a Redis Cluster are separated by commas. */
  redisUrl: string | undefined;
  /** Ports for the embedded servers; free ones are found when not given. */
  postgresPort: number | undefined;
  redisPort: number | undefined;
  /** How much each app logs: all are handed the same. */
  logLevel: LogLevel;
}

/** Reads the launcher's settings; `root` is the project's folder. Throws `ConfigError` with every fault. */
export function readSettings(source: ConfigSource, root: string): Settings {
  return readConfig(source, (env) => {
    const port = (name: string, fallback: number) =>
      env.integer(name, fallback, { min: 1, max: 65_535 });
    const given = <T>(name: string, read: () => T) =>
      env.optional(name) === undefined ? undefined : read();
    return {
      dataDir: resolve(env.text("DATA_DIR", resolve(root, ".mailwright"))),
      ports: {
        web: port("WEB_PORT", 5050),
        emailClient: port("EMAIL_CLIENT_PORT", 5051),
        gatewayMock: port("GATEWAY_MOCK_PORT", 5052),
      },
      databaseUrl: given("DATABASE_URL", () => env.url("DATABASE_URL", ["postgres", "postgresql"])),
      redisUrl: given("REDIS_URL", () => env.urls("REDIS_URL", ["redis", "rediss"]).join(",")),
      postgresPort: given("POSTGRES_PORT", () => port("POSTGRES_PORT", 0)),
      redisPort: given("REDIS_PORT", () => port("REDIS_PORT", 0)),
      logLevel: env.choice("LOG_LEVEL", LOG_LEVELS, "info"),
    };
  });
}
