import {
  type ConfigSource,
  LOG_LEVELS,
  type LogLevel,
  readConfig,
  type Reader,
} from "@mailwright/platform";
import { DEFAULT_WEIGHTS, parseWeights, type Weight } from "./odds.ts";

export interface Config {
  port: number;
  logLevel: LogLevel;
  /** Equal seeds draw equal answers, in the order in which requests arrive. */
  seed: number;
  weights: readonly Weight[];
  /** Credentials to insist on; without them any do. */
  username?: string;
  password?: string;
  /** Where each acceptance is appended, a JSON line each, before it is answered. */
  ledgerFile?: string;
  /** Whether a repeated Idempotency-Key gets the first answer again instead of a second acceptance. */
  idempotency: boolean;
  /** Where to tell what became of messages, and the secret that signs it; without them nothing is told. */
  webhook?: { url: string; secret: string };
}

export function readGatewayMockConfig(source: ConfigSource): Config {
  return readConfig(source, (env) => {
    const username = env.optional("MOCK_USERNAME");
    const password = env.optional("MOCK_PASSWORD");
    const ledgerFile = env.optional("MOCK_LEDGER_FILE");
    return {
      port: env.integer("PORT", 5052, { max: 65_535 }),
      logLevel: env.choice("LOG_LEVEL", LOG_LEVELS, "info"),
      seed: env.integer("MOCK_SEED", 1, { max: 4_294_967_295 }),
      weights: weights(env.optional("MOCK_WEIGHTS"), env.fault),
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(ledgerFile !== undefined && { ledgerFile }),
      ...webhook(env),
      idempotency: env.choice("MOCK_IDEMPOTENCY", ["0", "1"], "0") === "1",
    };
  });
}

function webhook(env: Reader): Pick<Config, "webhook"> {
  if (env.optional("MOCK_WEBHOOK_URL") === undefined) return {};
  const url = env.url("MOCK_WEBHOOK_URL", ["http", "https"]);
  return { webhook: { url, secret: env.text("MOCK_WEBHOOK_SECRET") } };
}

function weights(given: string | undefined, fault: (message: string) => void): readonly Weight[] {
  if (given === undefined) return DEFAULT_WEIGHTS;
  const parsed = parseWeights(given);
  if (parsed !== undefined) return parsed;
  fault(
    `MOCK_WEIGHTS is ${JSON.stringify(given)}: it must be statuses and their weights, such as 202=90,429=5,500=5`,
  );
  return DEFAULT_WEIGHTS;
}
